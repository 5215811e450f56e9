package dev.steppe.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an artifact is fetched from, read off its source and options: an address for HTTP without anything that is for
 * the fetching side, the {@code user:password} that stood in it, and what is to be done with what comes.
 *
 * @param folder the only folder of the archive that is wanted, which follows a double slash in the path
 * @param bucket as whom it is asked for, where it is an object of an S3 bucket
 */
public record ArtifactSource(
        URI address,
        Optional<String> credentials,
        Optional<String> checksum,
        Optional<String> archive,
        Optional<String> fileName,
        Optional<String> folder,
        Optional<BucketAccess> bucket) {
    private static final Pattern FORCED = Pattern.compile("([A-Za-z0-9]+)::(.+)");
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*");
    private static final List<String> OURS = List.of("checksum", "archive", "filename");
    private static final List<String> FOR_OTHERS = List.of("sshkey", "aws_");
    private static final List<String> FOR_BUCKETS =
            List.of("aws_access_key_id", "aws_access_key_secret", "aws_access_token", "region", "version");
    private static final String REPOSITORY =
            "of repositories only those of git are fetched, as git::https://HOST/PATH, or name an archive";
    private static final String BUCKET =
            "write an object of S3 as s3::https://HOST/BUCKET/KEY, and of another store as a signed https:// address";
    private static final String MACHINE =
            "files of the machine are not read with the agent's rights; serve the file over HTTP";

    /** A source that cannot be fetched. The message is for the user and has no secrets. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    /** Reads a source in which everything is filled in. Options win over parameters of the address. */
    public static ArtifactSource read(String source, SortedMap<String, String> options) throws UnusableException {
        String plain = source.strip();
        boolean inBucket = isInBucket(plain);
        URI whole = uri(inBucket ? ofBucket(plain) : unforced(plain));
        int slashes = whole.getRawPath().indexOf("//");
        Optional<String> folder = slashes < 0
                ? Optional.empty()
                : folder(whole.getPath().substring(whole.getPath().indexOf("//") + 2));
        URI uri = slashes < 0 ? whole : withPath(whole, whole.getRawPath().substring(0, slashes));
        var mine = new TreeMap<String, String>();
        var query = new ArrayList<String>();
        for (String parameter :
                Optional.ofNullable(uri.getRawQuery()).orElse("").split("&", -1)) {
            String name = parameter.split("=", 2)[0];
            if (OURS.contains(name) || inBucket && FOR_BUCKETS.contains(name)) {
                mine.put(name, decode(parameter.substring(Math.min(name.length() + 1, parameter.length()))));
            } else if (!parameter.isEmpty() && !options.containsKey(name)) {
                query.add(parameter);
            }
        }
        for (var option : options.entrySet()) {
            boolean forBucket = inBucket && FOR_BUCKETS.contains(option.getKey());
            if (!forBucket && FOR_OTHERS.stream().anyMatch(option.getKey()::startsWith)) {
                throw new UnusableException("option \"" + option.getKey()
                        + "\" is for sources that are not fetched; remove it, and use headers for secrets");
            }
            if (OURS.contains(option.getKey()) || forBucket) {
                mine.put(option.getKey(), option.getValue());
            } else {
                query.add(encode(option.getKey()) + "=" + encode(option.getValue()));
            }
        }
        if (inBucket) {
            given(mine, "version").ifPresent(version -> query.add("versionId=" + encode(version)));
        }
        var found = new ArtifactSource(
                address(uri, String.join("&", query)),
                Optional.ofNullable(uri.getRawUserInfo()).map(ArtifactSource::decodePart),
                given(mine, "checksum"),
                given(mine, "archive"),
                given(mine, "filename"),
                folder,
                inBucket ? Optional.of(BucketAccess.read(mine, uri.getHost())) : Optional.empty());
        if (inBucket && found.nameThere().isEmpty()) {
            throw new UnusableException(
                    "source names a folder of a bucket, which is not listed; name one object, such" + " as an archive");
        }
        return found;
    }

    /** Said before two colons, or meant by a host without a scheme. */
    private static boolean isInBucket(String source) {
        return source.toLowerCase(Locale.ROOT).startsWith("s3::")
                || !source.contains("://") && withoutScheme(source).equals("s3");
    }

    private static String ofBucket(String source) {
        String plain = source.toLowerCase(Locale.ROOT).startsWith("s3::") ? source.substring(4) : source;
        return plain.contains("://") ? plain : "https://" + plain;
    }

    /** A folder below the top of what is fetched; empty for all of it. */
    static Optional<String> folder(String written) throws UnusableException {
        var names = new ArrayList<String>();
        for (String name : written.split("/", -1)) {
            if (name.equals("..") || name.contains("*") || name.contains("?") || name.contains("[")) {
                throw new UnusableException("source names folder \"" + written
                        + "\": write its whole path, without patterns and without \"..\"");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(String.join("/", names));
    }

    private static URI withPath(URI uri, String rawPath) {
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + rawPath
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    }

    private static Optional<String> given(SortedMap<String, String> options, String name) {
        return Optional.ofNullable(options.get(name)).filter(value -> !value.isEmpty());
    }

    /** The address for messages: parameters may hold secrets. */
    public String shown() {
        return address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
    }

    /** Under which name the file is kept; empty when the address has none. */
    public String name() {
        return fileName.orElseGet(this::nameThere);
    }

    /** Its name where it comes from, by which archives are told and checksums found. */
    public String nameThere() {
        String path = address.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String unforced(String source) throws UnusableException {
        Matcher forced = FORCED.matcher(source);
        if (!forced.matches()) {
            return source;
        }
        String way = forced.group(1).toLowerCase(Locale.ROOT);
        if (way.equals("http") || way.equals("https")) {
            return forced.group(2);
        }
        throw refused(way);
    }

    private static UnusableException refused(String way) {
        String advice = switch (way) {
            case "git", "hg", "ssh" -> REPOSITORY;
            case "s3", "gcs", "gs" -> BUCKET;
            case "file" -> MACHINE;
            default -> "there is no way to fetch it; use an http:// or https:// address";
        };
        return new UnusableException("source \"" + way + "\": " + advice);
    }

    private static URI uri(String source) throws UnusableException {
        Matcher scheme = SCHEME.matcher(source);
        if (!scheme.matches()) {
            throw refused(withoutScheme(source));
        }
        String way = scheme.group(1).toLowerCase(Locale.ROOT);
        if (!way.equals("http") && !way.equals("https")) {
            throw refused(way);
        }
        try {
            URI uri = new URI(source);
            if (uri.getHost() == null) {
                throw new UnusableException("source has no host; write it as https://HOST/PATH");
            }
            return uri;
        } catch (URISyntaxException mistake) {
            // its message would show the address, with what is secret in it
            throw new UnusableException(
                    "source is no address: " + mistake.getReason() + " at character " + (mistake.getIndex() + 1));
        }
    }

    /** What short forms without a scheme mean. */
    private static String withoutScheme(String source) {
        if (source.startsWith("/") || source.startsWith(".") || source.startsWith("~")) {
            return "file";
        }
        String host = source.split("/", 2)[0];
        if (host.endsWith("amazonaws.com")) {
            return "s3";
        }
        return host.endsWith("googleapis.com") ? "gcs" : "without scheme";
    }

    private static URI address(URI uri, String query) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return URI.create(uri.getScheme().toLowerCase(Locale.ROOT) + "://" + uri.getHost() + port
                + (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath()) + (query.isEmpty() ? "" : "?" + query));
    }

    private static String decode(String text) throws UnusableException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new UnusableException("source has a parameter that is wrongly encoded");
        }
    }

    /** In a user's name a plus is a plus. */
    private static String decodePart(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
