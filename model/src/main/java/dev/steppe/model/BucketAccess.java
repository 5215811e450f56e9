package dev.steppe.model;

import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * As whom an object of an S3 bucket is asked for: with a pair of keys, as one of the node's, or as nobody when there is none.
 *
 * @param token that goes with a pair of keys for a while
 */
public record BucketAccess(String region, Optional<String> keyId, Optional<String> secretKey, Optional<String> token) {
    private static final String USUAL_REGION = "us-east-1";
    private static final Pattern REGION_IN_HOST =
            Pattern.compile("(?:.+\\.)?s3[.-](?:dualstack\\.)?([a-z]{2}(?:-[a-z]+)+-\\d+)\\.amazonaws\\.com(?:\\.cn)?");

    /** From the options of a source, and its host for the region that they do not name. */
    static BucketAccess read(SortedMap<String, String> options, String host) throws ArtifactSource.UnusableException {
        var keyId = given(options, "aws_access_key_id");
        var secret = given(options, "aws_access_key_secret");
        if (keyId.isPresent() != secret.isPresent()) {
            throw new ArtifactSource.UnusableException(
                    "options \"aws_access_key_id\" and \"aws_access_key_secret\" belong together; name both or none");
        }
        var named = REGION_IN_HOST.matcher(host);
        return new BucketAccess(
                given(options, "region").orElseGet(() -> named.matches() ? named.group(1) : USUAL_REGION),
                keyId,
                secret,
                given(options, "aws_access_token"));
    }

    private static Optional<String> given(SortedMap<String, String> options, String name) {
        return Optional.ofNullable(options.get(name)).filter(value -> !value.isEmpty());
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "BucketAccess[" + region + (keyId.isPresent() ? ", with keys" : "") + "]";
    }
}
