package dev.steppe.api.dns;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A question as it came over the wire. The name keeps its case and has no trailing dot; {@code payloadMax} is what the
 * sender can take over UDP, absent when it says nothing (RFC 6891).
 */
record DnsQuery(
        int id, int opcode, boolean recursionDesired, String name, int type, int kind, Optional<Integer> payloadMax) {
    static final int TYPE_A = 1;
    static final int TYPE_NS = 2;
    static final int TYPE_CNAME = 5;
    static final int TYPE_SOA = 6;
    static final int TYPE_AAAA = 28;
    static final int TYPE_SRV = 33;
    static final int TYPE_OPT = 41;
    static final int TYPE_ANY = 255;
    static final int CLASS_INTERNET = 1;
    static final int HEADER_BYTES = 12;

    /** A message that is no question this server can read; {@code id} is known unless even the header is cut. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Optional<Integer> id;

        Malformed(Optional<Integer> id, String message) {
            super(message, null, false, false);
            this.id = id;
        }

        Optional<Integer> id() {
            return id;
        }
    }

    /** Reads header, question and the size the sender can take; the rest of the message is for whom it is forwarded to. */
    static DnsQuery read(byte[] message) throws Malformed {
        if (message.length < HEADER_BYTES) {
            throw new Malformed(Optional.empty(), "shorter than a header");
        }
        int id = word(message, 0);
        int flags = word(message, 2);
        if ((flags & 0x8000) != 0) {
            throw new Malformed(Optional.empty(), "a response");
        }
        if (word(message, 4) != 1) {
            throw new Malformed(Optional.of(id), "not exactly one question");
        }
        var name = new StringBuilder();
        int at = readName(message, HEADER_BYTES, name, id);
        if (at + 4 > message.length) {
            throw new Malformed(Optional.of(id), "the question is cut");
        }
        return new DnsQuery(
                id,
                flags >> 11 & 0xf,
                (flags & 0x0100) != 0,
                name.toString(),
                word(message, at),
                word(message, at + 2),
                payloadMax(message, at + 4));
    }

    /** Names in a question are never compressed. */
    private static int readName(byte[] message, int from, StringBuilder name, int id) throws Malformed {
        int at = from;
        while (at < message.length && message[at] != 0) {
            int length = message[at] & 0xff;
            if (length > 63 || at + 1 + length > message.length || name.length() + length > 253) {
                throw new Malformed(Optional.of(id), "not a name");
            }
            var label = new String(message, at + 1, length, StandardCharsets.ISO_8859_1);
            if (label.indexOf('.') >= 0) {
                throw new Malformed(Optional.of(id), "a dot within a label");
            }
            name.append(name.isEmpty() ? "" : ".").append(label);
            at += length + 1;
        }
        return at + 1;
    }

    /** Finds the OPT record among the additional ones when nothing but it follows the question, as in every stub's query. */
    private static Optional<Integer> payloadMax(byte[] message, int at) {
        boolean onlyAdditional = word(message, 6) == 0 && word(message, 8) == 0 && word(message, 10) > 0;
        if (!onlyAdditional || at + 11 > message.length || message[at] != 0 || word(message, at + 1) != TYPE_OPT) {
            return Optional.empty();
        }
        return Optional.of(word(message, at + 3));
    }

    static int word(byte[] message, int at) {
        return (message[at] & 0xff) << 8 | message[at + 1] & 0xff;
    }
}
