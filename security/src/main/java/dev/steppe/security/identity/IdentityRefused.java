package dev.steppe.security.identity;

/**
 * An identity, certificate or signing request that is not accepted. The message names what was presented and what is
 * expected; the reason is a stable code for callers that decide on it.
 */
public final class IdentityRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why, as a stable code. */
    public enum Reason {
        /** Not a SPIFFE identity of a form known here. */
        NOT_AN_IDENTITY,
        /** Belongs to another cluster. */
        FOREIGN_TRUST_DOMAIN,
        /** A valid identity, but not the one that was to be certified. */
        OTHER_IDENTITY,
        /** The request cannot be decoded. */
        MALFORMED_REQUEST,
        /** The request is not signed by the key that it carries. */
        BAD_SIGNATURE,
        /** The key is of a kind or size that is not accepted. */
        WEAK_KEY,
        /** The request asks for something that is never certified. */
        UNSUPPORTED_EXTENSION,
        /** The authority's own certificate is not valid now. */
        AUTHORITY_EXPIRED
    }

    private final Reason reason;

    public IdentityRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
