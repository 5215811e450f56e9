package dev.steppe.api.http;

import java.io.IOException;

/** Decides whether a request may use a right. Asked once before each handler, on the handler's virtual thread. */
@FunctionalInterface
public interface Gate {
    /** Returns normally when the request is allowed, refuses otherwise; fails where nobody can tell. */
    void admit(Request request, Right right) throws Refused, IOException, InterruptedException;

    /** The gate of an agent whose access control is off: everybody who can reach it may do everything. */
    static Gate accessControlOff() {
        return (request, right) -> {};
    }
}
