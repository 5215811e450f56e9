package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Hashes as hexadecimal text, and identifiers made from names. */
final class HashFunctions {
    private HashFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("md5", 1, arguments -> hash("MD5", arguments));
        definitions.add("sha1", 1, arguments -> hash("SHA-1", arguments));
        definitions.add("sha256", 1, arguments -> hash("SHA-256", arguments));
        definitions.add("sha512", 1, arguments -> hash("SHA-512", arguments));
        definitions.add("uuidv5", 2, HashFunctions::uuid);
    }

    static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java runtime lacks " + algorithm, missing);
        }
    }

    private static Value hash(String algorithm, Arguments arguments) throws FunctionException {
        byte[] hash = digest(algorithm).digest(arguments.text(0).getBytes(StandardCharsets.UTF_8));
        return Value.of(HexFormat.of().formatHex(hash));
    }

    private static Value uuid(Arguments arguments) throws FunctionException {
        String namespace = switch (arguments.text(0)) {
            case "dns" -> "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
            case "url" -> "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
            case "oid" -> "6ba7b812-9dad-11d1-80b4-00c04fd430c8";
            case "x500" -> "6ba7b814-9dad-11d1-80b4-00c04fd430c8";
            default -> arguments.text(0);
        };
        UUID space;
        try {
            space = UUID.fromString(namespace);
        } catch (IllegalArgumentException wrong) {
            throw new FunctionException("argument 1 must be dns, url, oid, x500 or a UUID, not \"" + namespace + "\"");
        }
        ByteBuffer head = ByteBuffer.allocate(16);
        head.putLong(space.getMostSignificantBits()).putLong(space.getLeastSignificantBits());
        MessageDigest digest = digest("SHA-1");
        digest.update(head.array());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(arguments.text(1).getBytes(StandardCharsets.UTF_8)));
        long high = hash.getLong() & ~0xF000L | 0x5000L;
        long low = hash.getLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
        return Value.of(new UUID(high, low).toString());
    }
}
