package dev.steppe.api.dns;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a reply as bytes, names compressed (RFC 1035, section 4.1.4). What does not fit is left out, from the end: first
 * what is additional, then answers, and then the reply says that it is cut, so that the asker comes again over TCP.
 */
final class DnsWriter {
    private static final int FLAG_RESPONSE = 0x8000;
    private static final int FLAG_AUTHORITATIVE = 0x0400;
    private static final int FLAG_CUT = 0x0200;
    private static final int FLAG_RECURSION_DESIRED = 0x0100;
    private static final int FLAG_RECURSION_AVAILABLE = 0x0080;
    private static final int OPT_BYTES = 11;
    /** What this server takes over UDP: fits in an unfragmented packet nearly everywhere. */
    private static final int PAYLOAD_MAX = 1232;
    /** Pointers hold 14 bits. */
    private static final int POINTER_MAX = 0x3fff;

    private final ByteBuffer out;
    private final Map<String, Integer> names = new HashMap<>();

    private DnsWriter(int size) {
        out = ByteBuffer.allocate(size);
    }

    /** The reply in at most {@code sizeMax} bytes. */
    static byte[] write(DnsQuery query, DnsReply reply, boolean recursionAvailable, int sizeMax) {
        var writer = new DnsWriter(Math.max(sizeMax, 512));
        return writer.run(query, reply, recursionAvailable);
    }

    /** The reply to a message of which only the id could be read. */
    static byte[] error(int id, DnsReply.Code code) {
        return ByteBuffer.allocate(DnsQuery.HEADER_BYTES)
                .putShort((short) id)
                .putShort((short) (FLAG_RESPONSE | code.number()))
                .array();
    }

    private byte[] run(DnsQuery query, DnsReply reply, boolean recursionAvailable) {
        out.position(DnsQuery.HEADER_BYTES);
        name(query.name());
        word(query.type());
        word(query.kind());
        boolean extended = query.payloadMax().isPresent();
        out.limit(out.capacity() - (extended ? OPT_BYTES : 0));
        int answers = records(reply.answers());
        boolean cut = answers < reply.answers().size();
        int authority = cut ? 0 : records(reply.authority());
        int additional = cut ? 0 : records(reply.additional());
        out.limit(out.capacity());
        if (extended) {
            out.put((byte) 0).putShort((short) DnsQuery.TYPE_OPT).putShort((short) PAYLOAD_MAX);
            out.putInt(0).putShort((short) 0);
        }
        int flags = FLAG_RESPONSE
                | (isOurs(reply.code()) ? FLAG_AUTHORITATIVE : 0)
                | query.opcode() << 11
                | (cut ? FLAG_CUT : 0)
                | (query.recursionDesired() ? FLAG_RECURSION_DESIRED : 0)
                | (recursionAvailable ? FLAG_RECURSION_AVAILABLE : 0)
                | reply.code().number();
        header(query.id(), flags, List.of(1, answers, authority, additional + (extended ? 1 : 0)));
        var bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static boolean isOurs(DnsReply.Code code) {
        return code == DnsReply.Code.NO_ERROR || code == DnsReply.Code.NAME_ERROR;
    }

    private void header(int id, int flags, List<Integer> counts) {
        out.putShort(0, (short) id).putShort(2, (short) flags);
        for (int i = 0; i < counts.size(); i++) {
            out.putShort(4 + 2 * i, counts.get(i).shortValue());
        }
    }

    /** Writes records until one does not fit; returns how many did. */
    private int records(List<DnsReply.Record> records) {
        int written = 0;
        for (var record : records) {
            int before = out.position();
            try {
                record(record);
            } catch (BufferOverflowException full) {
                out.position(before);
                names.values().removeIf(offset -> offset >= before);
                return written;
            }
            written++;
        }
        return written;
    }

    private void record(DnsReply.Record record) {
        name(record.name());
        word(type(record.data()));
        word(DnsQuery.CLASS_INTERNET);
        out.putInt(record.ttlSeconds());
        int lengthAt = out.position();
        word(0);
        data(record.data());
        out.putShort(lengthAt, (short) (out.position() - lengthAt - 2));
    }

    private static int type(DnsReply.Data data) {
        return switch (data) {
            case DnsReply.Data.Address(var bytes) -> bytes.length == 4 ? DnsQuery.TYPE_A : DnsQuery.TYPE_AAAA;
            case DnsReply.Data.Canonical canonical -> DnsQuery.TYPE_CNAME;
            case DnsReply.Data.NameServer server -> DnsQuery.TYPE_NS;
            case DnsReply.Data.Service service -> DnsQuery.TYPE_SRV;
            case DnsReply.Data.Authority authority -> DnsQuery.TYPE_SOA;
        };
    }

    private void data(DnsReply.Data data) {
        switch (data) {
            case DnsReply.Data.Address(var bytes) -> out.put(bytes);
            case DnsReply.Data.Canonical(var target) -> name(target);
            case DnsReply.Data.NameServer(var target) -> name(target);
            case DnsReply.Data.Service service -> {
                word(service.priority());
                word(service.weight());
                word(service.port());
                // Targets of SRV are not compressed (RFC 2782).
                plainName(service.target());
            }
            case DnsReply.Data.Authority authority -> {
                name(authority.server());
                name(authority.mailbox());
                var timers = authority.timers();
                out.putInt(authority.serial()).putInt(timers.refresh()).putInt(timers.retry());
                out.putInt(timers.expire()).putInt(timers.minimum());
            }
        }
    }

    private void word(int value) {
        out.putShort((short) value);
    }

    private void name(String name) {
        var rest = name;
        while (!rest.isEmpty()) {
            var key = rest.toLowerCase(Locale.ROOT);
            var known = Optional.ofNullable(names.get(key));
            if (known.isPresent()) {
                word(0xc000 | known.get());
                return;
            }
            if (out.position() <= POINTER_MAX) {
                names.put(key, out.position());
            }
            rest = label(rest);
        }
        out.put((byte) 0);
    }

    private void plainName(String name) {
        var rest = name;
        while (!rest.isEmpty()) {
            rest = label(rest);
        }
        out.put((byte) 0);
    }

    /** Writes the first label; returns what follows it. */
    private String label(String name) {
        int dot = name.indexOf('.');
        var bytes = (dot < 0 ? name : name.substring(0, dot)).getBytes(StandardCharsets.ISO_8859_1);
        out.put((byte) bytes.length).put(bytes);
        return dot < 0 ? "" : name.substring(dot + 1);
    }
}
