package dev.steppe.api.nomad;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a file probably holds, told by its name and its first bytes. */
final class ContentType {
    static final String UNKNOWN = "application/octet-stream";
    static final int BYTES_LOOKED_AT = 512;

    private static final String TEXT = "text/plain; charset=utf-8";

    private ContentType() {}

    static String of(String name, byte[] beginning) {
        return Optional.ofNullable(URLConnection.guessContentTypeFromName(name))
                .or(() -> byContent(beginning))
                .orElseGet(() -> isText(beginning) ? TEXT : UNKNOWN);
    }

    private static Optional<String> byContent(byte[] beginning) {
        try {
            return Optional.ofNullable(URLConnection.guessContentTypeFromStream(new ByteArrayInputStream(beginning)));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Characters, without those that are no writing; the last one may be cut off. */
    private static boolean isText(byte[] beginning) {
        var characters = CharBuffer.allocate(beginning.length);
        var result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(beginning), characters, beginning.length < BYTES_LOOKED_AT);
        return !result.isError()
                && characters.flip().chars().noneMatch(each -> each < ' ' && "\t\n\f\r\033".indexOf(each) < 0);
    }
}
