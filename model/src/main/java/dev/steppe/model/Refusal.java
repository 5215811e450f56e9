package dev.steppe.model;

/**
 * Why a request was not carried out. The code is stable and decides the HTTP status and exit code; the message tells the
 * operator what, where, which value and what to do.
 */
public record Refusal(Code code, String message) {

    /** The kinds of refusals there are. */
    public enum Code {
        /** The request is wrong in itself. */
        INVALID,
        /** It is right, but Steppe does not do this yet. */
        UNSUPPORTED,
        /** What it speaks of does not exist. */
        NOT_FOUND,
        /** What it speaks of has changed meanwhile. */
        CONFLICT,
        /** The caller may not. */
        FORBIDDEN,
        /** Nobody can carry it out now; trying again later may help. */
        UNAVAILABLE
    }

    public static Refusal invalid(String message) {
        return new Refusal(Code.INVALID, message);
    }

    public static Refusal notFound(String message) {
        return new Refusal(Code.NOT_FOUND, message);
    }
}
