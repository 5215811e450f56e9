package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Base32 of texts. */
final class Base32s {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int GROUP = 8;

    private Base32s() {}

    static String encode(String text) {
        var out = new StringBuilder();
        int held = 0;
        int bits = 0;
        for (byte next : TextFunctions.bytes(text)) {
            held = held << 8 | next & 0xff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                out.append(DIGITS.charAt(held >> bits & 31));
            }
            held &= (1 << bits) - 1;
        }
        if (bits > 0) {
            out.append(DIGITS.charAt(held << 5 - bits & 31));
        }
        return out.append("=".repeat((GROUP - out.length() % GROUP) % GROUP)).toString();
    }

    static String decode(String text) throws FunctionException {
        String digits = TextFunctions.trimEnd(text.replaceAll("[\r\n]", ""), "=");
        var out = new ByteArrayOutputStream();
        int held = 0;
        int bits = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = DIGITS.indexOf(digits.charAt(i));
            if (digit < 0) {
                throw new FunctionException("illegal base32 data at input byte " + i);
            }
            held = held << 5 | digit;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(held >> bits);
            }
            held &= (1 << bits) - 1;
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
