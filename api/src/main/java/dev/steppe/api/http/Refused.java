package dev.steppe.api.http;

import dev.steppe.model.Refusal;

/** A request that is turned down for a reason the caller can act on. The message is shown to the caller as it is. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** Why a request was turned down; {@link Refusals} gives each its status per dialect. */
    public enum Kind {
        /** The request itself is wrong. */
        INVALID,
        /** The caller showed no proof of who it is. */
        UNAUTHENTICATED,
        /** The caller may not do this. */
        FORBIDDEN,
        /** The thing named does not exist. */
        NOT_FOUND,
        /** The route exists, not with this method. */
        WRONG_METHOD,
        /** The thing changed since the caller read it. */
        CONFLICT,
        /** The thing asked for breaks a rule of the domain, such as an invalid job. */
        RULE_BROKEN,
        /** More bytes than the limits allow. */
        TOO_LARGE,
        /** More requests or connections than the limits allow. */
        TOO_MANY,
        /** A known route that this version does not serve. */
        UNSUPPORTED,
        /** No server can answer now; trying again later may work. */
        UNAVAILABLE
    }

    public Refused(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The message for the caller; never absent. */
    public String text() {
        var message = getMessage();
        return message == null ? kind.name() : message;
    }

    /** The refusal of a server as the caller sees it. */
    public static Refused by(Refusal refusal) {
        var kind = switch (refusal.code()) {
            case INVALID -> Kind.RULE_BROKEN;
            case UNSUPPORTED -> Kind.UNSUPPORTED;
            case NOT_FOUND -> Kind.NOT_FOUND;
            case CONFLICT -> Kind.CONFLICT;
            case FORBIDDEN -> Kind.FORBIDDEN;
            case UNAVAILABLE -> Kind.UNAVAILABLE;
        };
        return new Refused(kind, refusal.message());
    }

    public static Refused invalid(String message) {
        return new Refused(Kind.INVALID, message);
    }

    public static Refused notFound(String message) {
        return new Refused(Kind.NOT_FOUND, message);
    }

    public static Refused unsupported(String message) {
        return new Refused(Kind.UNSUPPORTED, message);
    }
}
