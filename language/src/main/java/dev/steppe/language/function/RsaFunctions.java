package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;

/** What was encrypted for the holder of a key. */
final class RsaFunctions {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (RSA )?PRIVATE KEY-----");
    /** What stands before an RSA key in PKCS #8: version 0, and the name of the algorithm. */
    private static final byte[] RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private RsaFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("rsadecrypt", 2, RsaFunctions::decrypt);
    }

    private static Value decrypt(Arguments arguments) throws FunctionException {
        byte[] encrypted;
        try {
            encrypted = Base64.getDecoder().decode(arguments.text(0));
        } catch (IllegalArgumentException wrong) {
            throw new FunctionException("argument 1 is not Base64");
        }
        PrivateKey key = key(arguments.text(1));
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.DECRYPT_MODE, key);
            return Value.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(cipher.doFinal(encrypted)))
                    .toString());
        } catch (GeneralSecurityException wrong) {
            throw new FunctionException("argument 1 was not encrypted for this key");
        } catch (CharacterCodingException binary) {
            throw new FunctionException("the decrypted bytes are not UTF-8 text");
        }
    }

    private static PrivateKey key(String text) throws FunctionException {
        Matcher pem = PEM.matcher(text.strip());
        if (!pem.matches()) {
            throw new FunctionException("argument 2 must be a private RSA key in PEM form without a password");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            byte[] pkcs8 = pem.group(1) == null ? der : sequence(join(RSA, tagged(0x04, der)));
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw new FunctionException("argument 2 holds no RSA key that can be read");
        }
    }

    private static byte[] sequence(byte[] content) {
        return tagged(0x30, content);
    }

    /** A value in DER: its tag, its length, its content. */
    private static byte[] tagged(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length};
        return join(head, content);
    }

    private static byte[] join(byte[] first, byte[] second) {
        var joined = new ByteArrayOutputStream(first.length + second.length);
        joined.writeBytes(first);
        joined.writeBytes(second);
        return joined.toByteArray();
    }
}
