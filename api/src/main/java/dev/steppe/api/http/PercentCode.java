package dev.steppe.api.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent decoding that refuses what is broken instead of guessing. */
final class PercentCode {
    private PercentCode() {}

    /** Decodes one path segment; a plus sign stays a plus sign. */
    static String decodeSegment(String text) throws Refused {
        return decode(text, false);
    }

    /** Decodes one query name or value; a plus sign is a space. */
    static String decodeQuery(String text) throws Refused {
        return decode(text, true);
    }

    private static String decode(String text, boolean plusIsSpace) throws Refused {
        if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0) && isPlain(text)) {
            return text;
        }
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.write(hexPair(text, i));
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                bytes.write(' ');
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            var decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
            if (decoded.indexOf(0) >= 0) {
                throw Refused.invalid("Invalid URL: it holds a zero byte");
            }
            return decoded;
        } catch (CharacterCodingException notText) {
            throw Refused.invalid("Invalid URL: \"" + text + "\" is not UTF-8");
        }
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c > 0 && c < 128);
    }

    private static int hexPair(String text, int at) throws Refused {
        if (at + 2 < text.length()) {
            int high = Character.digit(text.charAt(at + 1), 16);
            int low = Character.digit(text.charAt(at + 2), 16);
            if (high >= 0 && low >= 0) {
                return high * 16 + low;
            }
        }
        throw Refused.invalid("Invalid URL escape in \"" + text + "\"");
    }
}
