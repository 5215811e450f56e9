package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Where a job comes from that another one launched: the parent (empty for what a user registered), whether it was
 * dispatched, by which token, and with which payload. The payload is compressed.
 */
public record JobOrigin(
        @Json("ParentID") String parentId, boolean dispatched, String dispatchIdempotencyToken, byte[] payload) {
    /** The most a payload may have, as it is given and as tasks read it. */
    public static final int PAYLOAD_BYTES_MAX = 16 << 10;

    /** A job that a user registered. */
    public static final JobOrigin NONE = new JobOrigin("", false, "", new byte[0]);

    /** A launch of a periodic job; of one that was dispatched itself, with what that was given. */
    public static JobOrigin launched(Job parent) {
        var origin = parent.origin();
        return new JobOrigin(parent.spec().id().value(), origin.dispatched, "", origin.payload);
    }

    /** A dispatch of a parameterized job, with the payload as it was given. */
    public static JobOrigin dispatched(JobId parent, String token, byte[] payload) {
        return new JobOrigin(parent.value(), true, token, payload.length == 0 ? payload : compressed(payload));
    }

    /** True when another job launched it. */
    public boolean isChild() {
        return !parentId.isEmpty();
    }

    /** The payload as it was given; empty when there is none. */
    public byte[] givenPayload() {
        if (payload.length == 0) {
            return payload;
        }
        var inflater = new Inflater();
        try {
            inflater.setInput(payload);
            var given = new byte[PAYLOAD_BYTES_MAX];
            int length = inflater.inflate(given);
            return Arrays.copyOf(given, length);
        } catch (DataFormatException damaged) {
            throw new IllegalStateException("a payload that was compressed here cannot be read", damaged);
        } finally {
            inflater.end();
        }
    }

    /** The same with the payload as people see it, for answers of the API. */
    public JobOrigin shown() {
        return new JobOrigin(parentId, dispatched, dispatchIdempotencyToken, givenPayload());
    }

    private static byte[] compressed(byte[] given) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setInput(given);
            deflater.finish();
            var compressed = new ByteArrayOutputStream();
            var part = new byte[4096];
            while (!deflater.finished()) {
                compressed.write(part, 0, deflater.deflate(part));
            }
            return compressed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JobOrigin(var parent, var wasDispatched, var token, var bytes)
                && parentId.equals(parent)
                && dispatched == wasDispatched
                && dispatchIdempotencyToken.equals(token)
                && Arrays.equals(payload, bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(parentId, dispatched, dispatchIdempotencyToken, Arrays.hashCode(payload));
    }
}
