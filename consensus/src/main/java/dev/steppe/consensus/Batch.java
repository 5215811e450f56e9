package dev.steppe.consensus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * Commands that share one entry of the log, on the leader, with the callbacks that wait for them. Ends once. The frame:
 * a version byte, the count, then each command's length and bytes, integers big-endian.
 */
final class Batch implements Message {
    private static final System.Logger LOG = System.getLogger(Batch.class.getName());
    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 1 + Integer.BYTES;

    private final List<Waiting> waiting;
    private final ByteString frame;
    private final Runnable ended;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean appended;

    Batch(List<Waiting> waiting, Runnable ended) {
        this.waiting = waiting;
        this.frame = UnsafeByteOperations.unsafeWrap(
                frame(waiting.stream().map(Waiting::command).toList()));
        this.ended = ended;
    }

    /** A command and who waits for it. */
    record Waiting(byte[] command, Consumer<Proposal> then) {}

    @Override
    public ByteString getContent() {
        return frame;
    }

    /** From now on the commands are in this member's log, and may be applied whatever else happens. */
    void markAppended() {
        appended = true;
    }

    boolean wasAppended() {
        return appended;
    }

    /** Tells each waiting callback its outcome; without effect if the batch has ended before. */
    void end(IntFunction<Proposal> outcomeOf) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        ended.run();
        for (int position = 0; position < waiting.size(); position++) {
            tell(waiting.get(position).then, outcomeOf.apply(position));
        }
    }

    static void tell(Consumer<Proposal> then, Proposal outcome) {
        try {
            then.accept(outcome);
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.ERROR, "callback of a proposal failed outcome=" + outcome, bug);
        }
    }

    static byte[] frame(List<byte[]> commands) {
        int bytes = HEADER_BYTES;
        for (var command : commands) {
            bytes += Integer.BYTES + command.length;
        }
        var buffer = ByteBuffer.allocate(bytes).put(VERSION).putInt(commands.size());
        for (var command : commands) {
            buffer.putInt(command.length).put(command);
        }
        return buffer.array();
    }

    static List<byte[]> commands(ByteBuffer frame) throws IOException {
        if (frame.remaining() < HEADER_BYTES) {
            throw new IOException("an entry of the log has only " + frame.remaining() + " bytes");
        }
        byte version = frame.get();
        if (version != VERSION) {
            throw new IOException("an entry of the log has format " + version + ", but this version reads format "
                    + VERSION + ": start the version that wrote it, or a newer one");
        }
        int count = frame.getInt();
        var commands = new ArrayList<byte[]>(Math.max(0, Math.min(count, frame.remaining())));
        for (int position = 0; position < count; position++) {
            int length = frame.remaining() < Integer.BYTES ? -1 : frame.getInt();
            if (length < 0 || length > frame.remaining()) {
                throw new IOException("command " + position + " of " + count + " of an entry of the log is cut short");
            }
            var command = new byte[length];
            frame.get(command);
            commands.add(command);
        }
        if (frame.hasRemaining()) {
            throw new IOException("an entry of the log has " + frame.remaining() + " bytes too many");
        }
        return commands;
    }
}
