package dev.steppe.client.artifact;

import dev.steppe.client.network.AnyCertificate;
import dev.steppe.model.ArtifactSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches over HTTP into a file. Redirects are followed within limits; headers and credentials go to the host they were
 * meant for and to no other. Blocking, and over as soon as the task is to end.
 */
final class Download {
    private static final int REDIRECTS = 10;
    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final long LOOK_FOR_STOP_MILLIS = 200;

    private final Limits limits;
    private final StopWatch stop;

    /**
     * How long one may take and how many bytes it may bring; zero is no limit.
     *
     * @param setting the name of the setting for the time
     * @param nodeKeys what the agent's environment says of keys for buckets
     */
    record Limits(Duration time, long bytes, String setting, SortedMap<String, String> nodeKeys) {}

    Download(Limits limits, StopWatch stop) {
        this.limits = limits;
        this.stop = stop;
    }

    /** Fetches all of it, or fails and leaves an incomplete file. */
    void fetch(ArtifactSource source, SortedMap<String, String> headers, boolean insecure, Path into)
            throws FetchException, StopWatch.StoppedException, InterruptedException {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT);
        if (insecure) {
            builder.sslContext(AnyCertificate.context());
        }
        try (var client = builder.build()) {
            try {
                follow(client, source, headers, into);
            } finally {
                client.shutdownNow();
            }
        }
    }

    private void follow(HttpClient client, ArtifactSource source, SortedMap<String, String> headers, Path into)
            throws FetchException, StopWatch.StoppedException, InterruptedException {
        long begun = System.nanoTime();
        URI address = source.address();
        for (int hop = 0; hop <= REDIRECTS; hop++) {
            boolean sameHost = origin(address).equals(origin(source.address()));
            var answer = await(
                    client.sendAsync(request(source, headers, address, sameHost), info -> into(info, into)),
                    begun,
                    source);
            int status = answer.statusCode();
            if (status == 200) {
                return;
            }
            Optional<String> location = answer.headers().firstValue("Location");
            if (status / 100 != 3 || location.isEmpty()) {
                throw FetchException.failed(source.shown() + " answered with status " + status + hint(source, status));
            }
            address = next(source, address, location.get());
        }
        throw FetchException.failed(source.shown() + " was redirected more than " + REDIRECTS + " times");
    }

    private static String hint(ArtifactSource source, int status) {
        return source.bucket().isPresent() && status != 404
                ? "; look at the region and at who may read it (options aws_access_key_id, aws_access_key_secret, region)"
                : "";
    }

    private HttpResponse.BodySubscriber<Boolean> into(HttpResponse.ResponseInfo info, Path file) {
        if (info.statusCode() != 200) {
            return BodySubscribers.replacing(false);
        }
        HttpResponse.BodyHandler<Path> whole = BodyHandlers.ofFile(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        var limited = limits.bytes() > 0 ? BodyHandlers.limiting(whole, limits.bytes()) : whole;
        return BodySubscribers.mapping(limited.apply(info), path -> true);
    }

    private HttpRequest request(ArtifactSource source, SortedMap<String, String> headers, URI address, boolean sameHost)
            throws FetchException {
        var request = HttpRequest.newBuilder(address).header("User-Agent", "steppe");
        if (sameHost) {
            source.credentials().ifPresent(pair -> request.setHeader("Authorization", basic(pair)));
            source.bucket()
                    .flatMap(access -> BucketSignature.of(access, limits.nodeKeys()))
                    .ifPresent(signature ->
                            signature.headers(address, Instant.now()).forEach(request::setHeader));
            for (var header : headers.entrySet()) {
                try {
                    request.setHeader(header.getKey(), header.getValue());
                } catch (IllegalArgumentException impossible) {
                    // its message would show the value
                    throw FetchException.mistaken("header \"" + header.getKey() + "\" cannot be sent; remove it");
                }
            }
        }
        return request.build();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String origin(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }

    private static URI next(ArtifactSource source, URI from, String location) throws FetchException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException malformed) {
            throw FetchException.failed(source.shown() + " was redirected to what is no address");
        }
        boolean known = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
        if (!known || to.getHost() == null || "https".equals(from.getScheme()) && "http".equals(to.getScheme())) {
            throw FetchException.failed(source.shown() + " was redirected to " + to.getScheme() + "://" + to.getHost()
                    + ", which is less safe and not followed");
        }
        return to;
    }

    private <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> answer, long begun, ArtifactSource source)
            throws FetchException, StopWatch.StoppedException, InterruptedException {
        try {
            while (true) {
                try {
                    return answer.get(LOOK_FOR_STOP_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException waiting) {
                    stop.check();
                    long left = limits.time().toNanos() - (System.nanoTime() - begun);
                    if (limits.time().isPositive() && left < 0) {
                        throw FetchException.failed(source.shown() + " took longer than "
                                + limits.time().toSeconds() + " s (client.artifact." + limits.setting() + ")");
                    }
                }
            }
        } catch (ExecutionException failed) {
            throw FetchException.failed("cannot fetch " + source.shown() + ": "
                    + reason(Objects.requireNonNullElse(failed.getCause(), failed)));
        } finally {
            answer.cancel(true);
        }
    }

    private String reason(Throwable cause) {
        String text = Objects.requireNonNullElse(cause.getMessage(), "");
        if (cause instanceof IOException && text.contains("capacity")) {
            return "it is larger than " + limits.bytes() + " bytes (client.artifact.http_max_size)";
        }
        return switch (cause) {
            case java.net.http.HttpConnectTimeoutException slow -> "nobody answers";
            case java.net.ConnectException refused -> "nobody answers, or the host is not known";
            default -> text.isEmpty() ? cause.getClass().getSimpleName() : text;
        };
    }
}
