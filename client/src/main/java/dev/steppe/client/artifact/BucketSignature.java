package dev.steppe.client.artifact;

import dev.steppe.model.BucketAccess;
import dev.steppe.model.Sha256;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests for objects of S3 buckets, in version 4 of that signature. */
final class BucketSignature {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int DAY = 8;

    private final String keyId;
    private final String secretKey;
    private final Optional<String> token;
    private final String region;

    private BucketSignature(String keyId, String secretKey, Optional<String> token, String region) {
        this.keyId = keyId;
        this.secretKey = secretKey;
        this.token = token;
        this.region = region;
    }

    /** With the job's keys, else with the node's; empty where there are none and the object is for everybody. */
    static Optional<BucketSignature> of(BucketAccess access, SortedMap<String, String> node) {
        if (access.keyId().isPresent() && access.secretKey().isPresent()) {
            return Optional.of(new BucketSignature(
                    access.keyId().get(), access.secretKey().get(), access.token(), access.region()));
        }
        var keyId = Optional.ofNullable(node.get("AWS_ACCESS_KEY_ID"));
        var secret = Optional.ofNullable(node.get("AWS_SECRET_ACCESS_KEY"));
        return keyId.isPresent() && secret.isPresent()
                ? Optional.of(new BucketSignature(
                        keyId.get(), secret.get(), Optional.ofNullable(node.get("AWS_SESSION_TOKEN")), access.region()))
                : Optional.empty();
    }

    /** The headers of a GET that show who asks. */
    SortedMap<String, String> headers(URI address, Instant now) {
        String time = TIME.format(now);
        var signed = new TreeMap<String, String>();
        signed.put("host", address.getRawAuthority());
        signed.put("x-amz-content-sha256", Sha256.hex(""));
        signed.put("x-amz-date", time);
        token.ifPresent(value -> signed.put("x-amz-security-token", value));
        String names = String.join(";", signed.keySet());
        String request = String.join(
                "\n",
                "GET",
                path(address),
                query(address),
                signed.entrySet().stream()
                        .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                        .collect(Collectors.joining()),
                names,
                Sha256.hex(""));
        String scope = time.substring(0, DAY) + "/" + region + "/s3/aws4_request";
        String signature = HexFormat.of()
                .formatHex(hmac(key(time), String.join("\n", ALGORITHM, time, scope, Sha256.hex(request))));
        var headers = new TreeMap<>(signed);
        headers.remove("host");
        headers.put(
                "Authorization",
                ALGORITHM + " Credential=" + keyId + "/" + scope + ", SignedHeaders=" + names + ", Signature="
                        + signature);
        return headers;
    }

    private byte[] key(String time) {
        byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (String word : new String[] {time.substring(0, DAY), region, "s3", "aws4_request"}) {
            key = hmac(key, word);
        }
        return key;
    }

    private static String path(URI address) {
        var names = new ArrayList<String>();
        for (String name : address.getPath().split("/", -1)) {
            names.add(encode(name));
        }
        return String.join("/", names);
    }

    private static String query(URI address) {
        var sorted = new TreeMap<String, String>();
        for (String parameter :
                Optional.ofNullable(address.getRawQuery()).orElse("").split("&", -1)) {
            if (!parameter.isEmpty()) {
                var parts = parameter.split("=", 2);
                sorted.put(encode(decode(parts[0])), encode(parts.length > 1 ? decode(parts[1]) : ""));
            }
        }
        return sorted.entrySet().stream()
                .map(it -> it.getKey() + "=" + it.getValue())
                .collect(Collectors.joining("&"));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** As the signature wants it: letters, digits and four signs stay. */
    private static String encode(String text) {
        var encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (each & 0xff);
            boolean stays = letter >= 'A' && letter <= 'Z'
                    || letter >= 'a' && letter <= 'z'
                    || letter >= '0' && letter <= '9'
                    || "-_.~".indexOf(letter) >= 0;
            encoded.append(stays ? Character.toString(letter) : String.format(Locale.ROOT, "%%%02X", (int) letter));
        }
        return encoded.toString();
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime lacks HmacSHA256", missing);
        }
    }
}
