package dev.steppe.language.template;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.Adler32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Hashes as hexadecimal text. */
final class Hashes {
    private Hashes() {}

    static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime lacks " + algorithm, missing);
        }
    }

    static String adler(String text) {
        var sum = new Adler32();
        sum.update(TextFunctions.bytes(text));
        return Long.toString(sum.getValue());
    }

    static String keyed(byte[] message, byte[] key) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            // an empty key means a block of zeros, which the specification of a key does not take
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[64] : key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(message));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime lacks HmacSHA256", missing);
        }
    }
}
