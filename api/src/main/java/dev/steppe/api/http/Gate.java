package dev.steppe.api.http;

/** Decides whether a request may use a right. Asked once before each handler, on the handler's virtual thread. */
@FunctionalInterface
public interface Gate {
    /** Returns normally when the request is allowed, refuses otherwise. */
    void admit(Request request, Right right) throws Refused;

    /** The gate of an agent whose access control is off: everybody who can reach it may do everything. */
    static Gate accessControlOff() {
        return (request, right) -> {};
    }
}
