package dev.steppe.client.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.steppe.model.ArtifactSource;
import dev.steppe.model.BucketAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves objects of S3 buckets by the published examples of its signature, and on a server that checks what it is sent. */
class BucketTest {
    private static final String ID = "AKIAIOSFODNN7EXAMPLE";
    private static final String KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final Pattern SIGNED = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=(\\w+)/(\\d{8})/([a-z0-9-]+)/s3/aws4_request, SignedHeaders=([a-z0-9;-]+),"
                    + " Signature=([0-9a-f]{64})");

    @TempDir
    Path temporary;

    private HttpServer bucket;

    @BeforeEach
    void serve() throws IOException {
        bucket = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        bucket.createContext("/", exchange -> {
            var signed = SIGNED.matcher(
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                            .orElse(""));
            boolean open = exchange.getRequestURI().getPath().startsWith("/public/");
            boolean right = signed.matches()
                    && signed.group(1).equals(ID)
                    && signed.group(5).equals(expected(exchange, signed.group(2), signed.group(3), signed.group(4)));
            try (exchange) {
                byte[] body = exchange.getRequestURI().toString().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(open && !signed.matches() || right ? 200 : 403, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        bucket.start();
    }

    @AfterEach
    void close() {
        bucket.stop(0);
    }

    /** The signature by the rule as a server applies it: over the request line as it came. */
    private static String expected(
            com.sun.net.httpserver.HttpExchange exchange, String day, String region, String names) {
        var request = new StringBuilder("GET\n").append(exchange.getRequestURI().getRawPath());
        var query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        request.append('\n').append(query).append('\n');
        for (String name : names.split(";", -1)) {
            request.append(name)
                    .append(':')
                    .append(exchange.getRequestHeaders().getFirst(name))
                    .append('\n');
        }
        request.append('\n').append(names).append('\n').append(hash(""));
        String text = "AWS4-HMAC-SHA256\n" + exchange.getRequestHeaders().getFirst("x-amz-date") + "\n" + day + "/"
                + region + "/s3/aws4_request\n" + hash(request.toString());
        byte[] key = ("AWS4" + KEY).getBytes(StandardCharsets.UTF_8);
        for (String word : new String[] {day, region, "s3", "aws4_request", text}) {
            key = hmac(key, word);
        }
        return HexFormat.of().formatHex(key);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.GeneralSecurityException missing) {
            throw new AssertionError(missing);
        }
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException missing) {
            throw new AssertionError(missing);
        }
    }

    private static BucketSignature signature() {
        var access = new BucketAccess("us-east-1", Optional.of(ID), Optional.of(KEY), Optional.empty());
        return BucketSignature.of(access, new TreeMap<>()).orElseThrow();
    }

    @Test
    void requests_are_signed_as_in_the_published_examples() {
        var then = Instant.parse("2013-05-24T00:00:00Z");
        assertThat(signature().headers(URI.create("https://examplebucket.s3.amazonaws.com/?lifecycle"), then))
                .hasEntrySatisfying(
                        "Authorization",
                        header -> assertThat(header)
                                .endsWith(
                                        "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                                                + " Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
        assertThat(signature().headers(URI.create("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"), then))
                .hasEntrySatisfying(
                        "Authorization",
                        header -> assertThat(header)
                                .endsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
    }

    private String fetch(String path, Map<String, String> options, Map<String, String> node) throws Exception {
        var source = ArtifactSource.read(
                "s3::http://127.0.0.1:" + bucket.getAddress().getPort() + path, new TreeMap<>(options));
        var into = temporary.resolve("object");
        new Download(new Download.Limits(Duration.ofMinutes(1), 0, "s3_timeout", new TreeMap<>(node)), () -> false)
                .fetch(source, new TreeMap<>(), false, into);
        return Files.readString(into);
    }

    @Test
    void an_object_is_fetched_with_the_jobs_keys_the_nodes_or_none() throws Exception {
        var keys = Map.of("aws_access_key_id", ID, "aws_access_key_secret", KEY, "region", "eu-west-1");
        assertThat(fetch("/private/a%20b/app.tar?version=v%2F1", keys, Map.of()))
                .isEqualTo("/private/a%20b/app.tar?versionId=v%2F1");
        assertThat(fetch(
                        "/private/app.tar",
                        Map.of(),
                        Map.of("AWS_ACCESS_KEY_ID", ID, "AWS_SECRET_ACCESS_KEY", KEY, "AWS_SESSION_TOKEN", "t")))
                .isEqualTo("/private/app.tar");
        assertThat(fetch("/public/app.tar", Map.of("archive", "false"), Map.of()))
                .isEqualTo("/public/app.tar");
        assertThatThrownBy(() -> fetch("/private/app.tar", Map.of(), Map.of()))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("status 403; look at the region and at who may read it");
        var wrong = Map.of("aws_access_key_id", ID, "aws_access_key_secret", "hidden");
        assertThatThrownBy(() -> fetch("/private/app.tar", wrong, Map.of()))
                .isInstanceOf(FetchException.class)
                .hasMessageNotContaining("hidden");
    }

    @Test
    void the_region_is_read_off_the_host_unless_it_is_named() throws Exception {
        for (var each : Map.of(
                        "s3::https://s3.eu-central-1.amazonaws.com/b/k", "eu-central-1",
                        "s3::https://s3-us-west-2.amazonaws.com/b/k", "us-west-2",
                        "s3::https://b.s3.ap-southeast-2.amazonaws.com/k", "ap-southeast-2",
                        "s3::https://s3.amazonaws.com/b/k", "us-east-1",
                        "s3.eu-west-3.amazonaws.com/b/k", "eu-west-3")
                .entrySet()) {
            var source = ArtifactSource.read(each.getKey(), new TreeMap<>());
            assertThat(source.bucket().orElseThrow().region()).as(each.getKey()).isEqualTo(each.getValue());
            assertThat(source.address().getScheme()).isEqualTo("https");
        }
    }

    @Test
    void a_folder_half_a_pair_of_keys_and_keys_for_others_are_refused() {
        assertThatThrownBy(() -> ArtifactSource.read("s3::https://s3.amazonaws.com/b/folder/", new TreeMap<>()))
                .hasMessageContaining("names a folder of a bucket");
        var half = new TreeMap<>(Map.of("aws_access_key_id", ID));
        assertThatThrownBy(() -> ArtifactSource.read("s3::https://s3.amazonaws.com/b/k", half))
                .hasMessageContaining("belong together");
        assertThatThrownBy(() -> ArtifactSource.read("https://host/k", half)).hasMessageContaining("not fetched");
        assertThatThrownBy(() -> ArtifactSource.read("s3://b/k", new TreeMap<>()))
                .hasMessageContaining("s3::https://HOST/BUCKET/KEY");
    }
}
