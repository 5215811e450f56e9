package dev.steppe.consensus;

import java.util.Optional;

/** A member of the log and where the others reach it; a member that is alone may have no address and opens no port. */
public record Member(MemberId id, Optional<Address> address) {

    /** A member that others reach. */
    public static Member at(MemberId id, String host, int port) {
        return new Member(id, Optional.of(new Address(host, port)));
    }

    /** A member without a port, for a log of one. */
    public static Member alone(MemberId id) {
        return new Member(id, Optional.empty());
    }

    /** Host and port of a member's log traffic. */
    public record Address(String host, int port) {
        private static final int PORT_MAX = 65535;

        public Address {
            if (host.isEmpty()) {
                throw new IllegalArgumentException("the host of a member's address must not be empty");
            }
            if (port < 1 || port > PORT_MAX) {
                throw new IllegalArgumentException("the port of a member's address must be 1 to 65535, but is " + port);
            }
        }

        /** Reads what {@link #toString} writes; empty for an empty text. */
        public static Optional<Address> parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0) {
                return Optional.empty();
            }
            String host = text.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            return Optional.of(new Address(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1))));
        }

        @Override
        public String toString() {
            return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
        }
    }
}
