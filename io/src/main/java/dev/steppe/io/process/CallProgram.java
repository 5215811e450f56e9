package dev.steppe.io.process;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A program that consists of nothing but system calls: a list of steps, each with its arguments and where to go on when
 * the result is below, equal to or above a number. It is built as an executable of its own, with a few bytes of machine
 * code that walk the list. It needs no library and no other program, so it can do what has to be done between fork and
 * exec in any view of the file system. Not safe for several threads.
 *
 * <p>A step that fails reports its own address and the result on descriptor {@link #REPORT} and ends the process.
 */
final class CallProgram {
    static final int REPORT = 3;
    static final int REPORT_BYTES = 16;
    static final int WORD = 8;

    private static final int FAILED = 127;
    private static final long CODE_AT = 0x40_0000L;
    private static final long STEPS_AT = 0x1000_0000L;
    private static final long DATA_AT = 0x2000_0000L;
    private static final long SECRETS_AT = 0x3000_0000L;
    private static final long SCRATCH_AT = DATA_AT + REPORT_BYTES;
    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int READ_EXECUTE = 5;
    private static final int READ_WRITE = 6;

    // rbx is the step, r12 the data. loop: mov rax,[rbx]; mov rdi,[rbx+8]; mov rsi,[rbx+16]; mov rdx,[rbx+24];
    // mov r10,[rbx+32]; mov r8,[rbx+40]; mov r9,[rbx+48]; syscall; mov [r12],rbx; mov [r12+8],rax; mov rcx,[rbx+56];
    // mov [rcx],rax; mov rcx,[rbx+88]; cmp rax,[rbx+64]; cmovl rcx,[rbx+72]; cmove rcx,[rbx+80]; mov rbx,rcx; jmp loop
    private static final String X86_64 = "48bb000000100000000049bc0000002000000000"
            + "488b03488b7b08488b7310488b53184c8b53204c8b43284c8b4b300f05"
            + "49891c244989442408488b4b38488901488b4b58483b4340480f4c4b48480f444b504889cbebbc";
    // x19 is the step, x20 the data. loop: ldr x8,[x19]; ldp x0,x1,[x19,8]; ldp x2,x3,[x19,24]; ldp x4,x5,[x19,40]; svc
    // 0;
    // stp x19,x0,[x20]; ldp x9,x10,[x19,56]; str x0,[x9]; ldp x11,x12,[x19,72]; ldr x19,[x19,88]; cmp x0,x10;
    // csel x19,x11,x19,lt; csel x19,x12,x19,eq; b loop
    private static final String ARM64 = "1300a2d21400a4d2680240f9608640a9628e41a9649642a9010000d4930200a969aa43a9"
            + "200100f96bb244a9732e40f91f000aeb73b1939a9301939af3ffff17";

    private final Processor processor;
    private final List<Step> steps = new ArrayList<>();
    private final Area data = new Area(DATA_AT);
    private final Area secrets = new Area(SECRETS_AT);

    CallProgram(Processor processor) {
        this.processor = processor;
        data.bytes(new byte[REPORT_BYTES + WORD]);
    }

    /** Bytes at a place of the program's memory that is known before it runs. */
    static final class Area {
        private final long begin;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        private Area(long begin) {
            this.begin = begin;
        }

        long bytes(byte... value) {
            while (content.size() % WORD != 0) {
                content.write(0);
            }
            long at = begin + content.size();
            content.writeBytes(value);
            return at;
        }

        long text(String value) {
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a text for a system call contains a NUL byte");
            }
            return bytes((value + "\0").getBytes(StandardCharsets.UTF_8));
        }

        long words(long... values) {
            var buffer = ByteBuffer.allocate(values.length * WORD).order(ByteOrder.LITTLE_ENDIAN);
            Arrays.stream(values).forEach(buffer::putLong);
            return bytes(buffer.array());
        }

        /** A null-terminated array of texts. */
        long texts(List<String> values) {
            var addresses = new long[values.size() + 1];
            for (int index = 0; index < values.size(); index++) {
                addresses[index] = text(values.get(index));
            }
            return words(addresses);
        }
    }

    /** One system call. A result below zero fails and everything else goes on with the next step, unless told otherwise. */
    final class Step {
        private static final int BYTES = 96;
        private static final int ARGUMENTS = 6;

        private final int index;
        private final String what;
        private final SystemCall call;
        private final long[] arguments;
        private long resultAt = SCRATCH_AT;
        private long compared;
        private int below = FAILURE;
        private int equal;
        private int above;

        private Step(int index, String what, SystemCall call, long... arguments) {
            this.index = index;
            this.what = what;
            this.call = call;
            this.arguments = Arrays.copyOf(arguments, ARGUMENTS);
            this.equal = index + 1;
            this.above = index + 1;
        }

        /** Any result but this one fails. */
        Step expecting(long result) {
            compared = result;
            above = FAILURE;
            return this;
        }

        /** Goes on whatever the result is. */
        Step ignoringFailure() {
            below = index + 1;
            return this;
        }

        /** Goes to itself until the result is this one or an error, which fails. */
        Step repeatingUntil(long result) {
            compared = result;
            above = index;
            return this;
        }

        /** The result becomes an argument of a later step. */
        void gives(Step later, int argument) {
            resultAt = STEPS_AT + (long) later.index * BYTES + WORD * (1L + argument);
        }

        /** Where to go when the result is zero: to the step that is added next. */
        void zeroGoesOnHere() {
            equal = steps.size();
        }

        private void encode(ByteBuffer into, int failure) {
            into.putLong(call.number(processor));
            Arrays.stream(arguments).forEach(into::putLong);
            into.putLong(resultAt).putLong(compared);
            for (int target : new int[] {below, equal, above}) {
                into.putLong(STEPS_AT + (long) (target == FAILURE ? failure : target) * BYTES);
            }
        }
    }

    private static final int FAILURE = -1;

    /** What must not stay in memory once the program has become another one. */
    Area secrets() {
        return secrets;
    }

    Area data() {
        return data;
    }

    /** Adds a step; {@code what} says in a message what it was about. */
    Step call(String what, SystemCall call, long... arguments) {
        var step = new Step(steps.size(), what, call, arguments);
        steps.add(step);
        return step;
    }

    /** What a report of a failed step means. */
    record Failure(String what, SystemCall call, int errno) {}

    Optional<Failure> failure(byte[] report) {
        if (report.length < REPORT_BYTES) {
            return Optional.empty();
        }
        var words = ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN);
        var step = steps.get((int) ((words.getLong() - STEPS_AT) / Step.BYTES));
        return Optional.of(new Failure(step.what, step.call, (int) -words.getLong()));
    }

    /** The executable, and from which byte on it can be cut off once it has become another program. */
    record Image(byte[] content, int secretsFrom) {}

    Image build() {
        int failure = steps.size();
        call("report", SystemCall.WRITE, REPORT, DATA_AT, REPORT_BYTES).ignoringFailure();
        var end = call("end", SystemCall.EXIT_GROUP, FAILED);
        end.below = end.index;
        end.equal = end.index;
        end.above = end.index;
        var list = ByteBuffer.allocate(steps.size() * Step.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        steps.forEach(step -> step.encode(list, failure));
        var code = HexFormat.of().parseHex(processor == Processor.X86_64 ? X86_64 : ARM64);
        var segments = List.of(list.array(), data.content.toByteArray(), secrets.content.toByteArray());
        int size = processor.page();
        for (byte[] segment : segments) {
            size += pages(segment.length);
        }
        var image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        int headers = ELF_HEADER + PROGRAM_HEADER * 4;
        header(image, CODE_AT + headers);
        load(image, READ_EXECUTE, CODE_AT, 0, headers + code.length);
        int at = processor.page();
        var addresses = new long[] {STEPS_AT, DATA_AT, SECRETS_AT};
        for (int index = 0; index < addresses.length; index++) {
            load(image, READ_WRITE, addresses[index], at, segments.get(index).length);
            image.put(at, segments.get(index));
            at += pages(segments.get(index).length);
        }
        image.put(code);
        return new Image(image.array(), size - pages(segments.getLast().length));
    }

    private int pages(int bytes) {
        return Math.max(1, Math.ceilDiv(bytes, processor.page())) * processor.page();
    }

    /** 64 bits, little-endian; executable; machine; entry; four program headers; no sections. */
    private void header(ByteBuffer image, long entry) {
        image.put(HexFormat.of().parseHex("7f454c46020101000000000000000000"));
        image.putShort((short) 2).putShort((short) processor.elfMachine()).putInt(1);
        image.putLong(entry).putLong(ELF_HEADER).putLong(0).putInt(0);
        image.putShort((short) ELF_HEADER)
                .putShort((short) PROGRAM_HEADER)
                .putShort((short) 4)
                .putShort((short) ELF_HEADER)
                .putShort((short) 0)
                .putShort((short) 0);
    }

    private void load(ByteBuffer image, int rights, long address, long offset, long size) {
        long whole = Math.max(1, size);
        image.putInt(1).putInt(rights).putLong(offset).putLong(address).putLong(address);
        image.putLong(whole).putLong(whole).putLong(processor.page());
    }
}
