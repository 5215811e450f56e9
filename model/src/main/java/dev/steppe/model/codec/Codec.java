package dev.steppe.model.codec;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.dataformat.smile.SmileFactory;

/**
 * The front door of the codecs. JSON is the published API shape. The binary form is one version byte and the same shape
 * in Smile (binary JSON) without its empty fields: names travel with the data, so that a version with more fields reads
 * what one with fewer wrote, and the reverse. Thread-safe.
 */
public final class Codec {
    /** The first byte of every binary value. */
    public static final byte BINARY_VERSION = 1;

    private static final JsonFactory TEXT = new JsonFactory();

    /** Apart, so that commands, which speak JSON only, run without the library of the binary form. */
    private static final class Binary {
        private static final TokenStreamFactory FACTORY = new SmileFactory();
    }

    private Codec() {}

    /** JSON of a record, or of lists and string-keyed maps of such. */
    public static String toJson(Object value) {
        return new String(toJsonBytes(value, false), StandardCharsets.UTF_8);
    }

    /** JSON in UTF-8, indented by two spaces when pretty. */
    public static byte[] toJsonBytes(Object value, boolean pretty) {
        var bytes = new ByteArrayOutputStream(512);
        ObjectWriteContext context = pretty ? new Indented() : ObjectWriteContext.empty();
        write(TEXT, context, value, Format.Form.JSON, bytes);
        return bytes.toByteArray();
    }

    /**
     * Reads JSON in the API shape; {@code Object.class} gives maps, lists and simple values.
     *
     * @throws CodecException when it is malformed, of another shape, or says something in a field that is not supported
     */
    public static <T> T fromJson(Class<T> type, byte[] json) throws CodecException {
        return read(TEXT, type, json, 0, Format.Form.JSON);
    }

    /** As {@link #fromJson(Class, byte[])} from text. */
    public static <T> T fromJson(Class<T> type, String json) throws CodecException {
        return fromJson(type, json.getBytes(StandardCharsets.UTF_8));
    }

    /** The binary form of a record or of a variant of a sealed interface given as {@code type}. */
    public static <T> byte[] toBinary(Class<T> type, T value) {
        var bytes = new ByteArrayOutputStream(256);
        bytes.write(BINARY_VERSION);
        try (JsonGenerator out = Binary.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            Formats.of(type).write(out, value, Format.Form.BINARY);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads the binary form.
     *
     * @throws CodecException when it is damaged or of a version this program does not know
     */
    public static <T> T fromBinary(Class<T> type, byte[] bytes) throws CodecException {
        if (bytes.length == 0 || bytes[0] != BINARY_VERSION) {
            throw new CodecException("binary form of version " + (bytes.length == 0 ? "(empty)" : bytes[0])
                    + "; this program reads version " + BINARY_VERSION);
        }
        return read(Binary.FACTORY, type, bytes, 1, Format.Form.BINARY);
    }

    private static void write(
            TokenStreamFactory factory, ObjectWriteContext context, Object value, Format.Form form, OutputStream to) {
        try (JsonGenerator out = factory.createGenerator(context, to)) {
            new Formats.FreeFormat().write(out, value, form);
        }
    }

    private static <T> T read(TokenStreamFactory factory, Class<T> type, byte[] from, int offset, Format.Form form)
            throws CodecException {
        try (JsonParser in = factory.createParser(ObjectReadContext.empty(), from, offset, from.length - offset)) {
            if (in.nextToken() == null) {
                throw new CodecException("is empty");
            }
            T value = type.cast(Formats.of(type).read(in, form));
            if (in.nextToken() != null) {
                throw new CodecException("has something behind its end: " + in.currentToken());
            }
            return value;
        } catch (JacksonException malformed) {
            var at = malformed.getLocation();
            throw new CodecException(
                    (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ")
                            + malformed.getOriginalMessage());
        }
    }

    private static final class Indented extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }
}
