package dev.steppe.api.dns;

import java.util.List;

/** What is answered to a question, before it becomes bytes. */
record DnsReply(Code code, List<Record> answers, List<Record> authority, List<Record> additional) {

    DnsReply {
        answers = List.copyOf(answers);
        authority = List.copyOf(authority);
        additional = List.copyOf(additional);
    }

    /** The response codes used (RFC 1035, section 4.1.1). */
    enum Code {
        NO_ERROR(0),
        FORMAT_ERROR(1),
        SERVER_FAILURE(2),
        NAME_ERROR(3),
        NOT_IMPLEMENTED(4),
        REFUSED(5);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** One resource record of the Internet class. */
    record Record(String name, int ttlSeconds, Data data) {}

    /** The content of a record. */
    sealed interface Data {
        /** An address of four (A) or sixteen (AAAA) bytes. */
        record Address(byte[] bytes) implements Data {}

        record Canonical(String target) implements Data {}

        record NameServer(String target) implements Data {}

        record Service(int priority, int weight, int port, String target) implements Data {}

        record Authority(String server, String mailbox, int serial, Timers timers) implements Data {}
    }

    /** The times of a zone, in seconds (RFC 1035, section 3.3.13). */
    record Timers(int refresh, int retry, int expire, int minimum) {}

    static DnsReply failed(Code code) {
        return new DnsReply(code, List.of(), List.of(), List.of());
    }
}
