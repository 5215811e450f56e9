package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Base64 of texts. */
final class Base64s {
    private Base64s() {}

    static String encode(String text, boolean forUrls) {
        var encoder = forUrls ? Base64.getUrlEncoder() : Base64.getEncoder();
        return encoder.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String decode(String text, boolean fromUrls) throws FunctionException {
        var decoder = fromUrls ? Base64.getUrlDecoder() : Base64.getDecoder();
        try {
            return new String(decoder.decode(text.replaceAll("[\r\n]", "")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            throw new FunctionException("illegal base64 data: " + wrong.getMessage());
        }
    }
}
