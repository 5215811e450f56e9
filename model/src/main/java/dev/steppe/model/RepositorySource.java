package dev.steppe.model;

import dev.steppe.model.ArtifactSource.UnusableException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An artifact that is the content of a git repository, read off its source and options: an address for git without
 * anything that is secret or for the fetching side, the {@code user:password} that stood in it, and which commit and folder.
 */
public record RepositorySource(URI address, Optional<String> credentials, String ref, Optional<String> folder) {
    private static final String FORCED = "git::";
    private static final List<String> SHORT = List.of("github.com/", "gitlab.com/", "bitbucket.org/");
    private static final List<String> OURS = List.of("ref", "depth", "checksum", "archive", "filename", "sshkey");
    private static final String NO_SSH =
            "over ssh is not supported yet; use git::https://USER:TOKEN@HOST/PATH, with the token from a variable";

    /** Whether a source means a repository. */
    public static boolean isMeant(String source) {
        String plain = source.strip();
        return plain.startsWith(FORCED)
                || plain.startsWith("git@")
                || SHORT.stream().anyMatch(plain::startsWith);
    }

    /** Reads a source in which everything is filled in. Options win over parameters of the address. */
    public static RepositorySource read(String source, SortedMap<String, String> options) throws UnusableException {
        String plain = source.strip();
        plain = plain.startsWith(FORCED) ? plain.substring(FORCED.length()) : plain;
        var query = new ArrayList<String>();
        var mine = new TreeMap<String, String>();
        int mark = plain.indexOf('?');
        for (String parameter :
                mark < 0 ? new String[0] : plain.substring(mark + 1).split("&", -1)) {
            String name = parameter.split("=", 2)[0];
            if (OURS.contains(name)) {
                mine.put(name, decode(parameter.substring(Math.min(name.length() + 1, parameter.length()))));
            } else if (!parameter.isEmpty()) {
                query.add(parameter);
            }
        }
        for (var option : options.entrySet()) {
            if (!OURS.contains(option.getKey())) {
                throw new UnusableException("option \"" + option.getKey()
                        + "\" is not for repositories, which know ref and depth; remove it");
            }
            mine.put(option.getKey(), option.getValue());
        }
        check(mine);
        var path = Path.of(whole(mark < 0 ? plain : plain.substring(0, mark)));
        URI uri = uri(path.repository(), String.join("&", query));
        return new RepositorySource(
                withoutUser(uri),
                Optional.ofNullable(uri.getRawUserInfo()).map(RepositorySource::decodeUser),
                Optional.ofNullable(mine.get("ref"))
                        .filter(ref -> !ref.isEmpty())
                        .orElse("HEAD"),
                path.folder());
    }

    private static void check(SortedMap<String, String> mine) throws UnusableException {
        if (mine.containsKey("sshkey")) {
            throw new UnusableException("option \"sshkey\": git " + NO_SSH);
        }
        for (String name : List.of("checksum", "archive", "filename")) {
            if (mine.containsKey(name)) {
                throw new UnusableException("option \"" + name + "\" is for files; name a commit as ref instead");
            }
        }
        String ref = mine.getOrDefault("ref", "");
        if (ref.startsWith("-") || ref.startsWith("+") || ref.contains(":") || ref.matches(".*[\\s\\p{Cntrl}].*")) {
            throw new UnusableException("ref \"" + ref + "\" is no branch, tag or commit");
        }
    }

    /** What a short form means. */
    private static String whole(String source) throws UnusableException {
        for (String host : SHORT) {
            if (source.startsWith(host)) {
                var parts = source.split("/", 4);
                if (parts.length < 3) {
                    throw new UnusableException("source names no repository; write it as " + host + "OWNER/NAME");
                }
                String name = parts[2].endsWith(".git") ? parts[2] : parts[2] + ".git";
                return "https://" + parts[0] + "/" + parts[1] + "/" + name + (parts.length > 3 ? "/" + parts[3] : "");
            }
        }
        if (source.startsWith("ssh://") || source.matches("[A-Za-z0-9._-]+@[^/]+:.*")) {
            throw new UnusableException("source: git " + NO_SSH);
        }
        return source;
    }

    /** The repository, and what follows the double slash in its path. */
    private record Path(String repository, Optional<String> folder) {
        static Path of(String source) throws UnusableException {
            int scheme = source.indexOf("://");
            int slashes = source.indexOf("//", scheme < 0 ? 0 : scheme + 3);
            return slashes < 0
                    ? new Path(source, Optional.empty())
                    : new Path(source.substring(0, slashes), ArtifactSource.folder(source.substring(slashes + 2)));
        }
    }

    private static URI uri(String text, String query) throws UnusableException {
        try {
            URI uri = new URI(text + (query.isEmpty() ? "" : "?" + query));
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
            boolean remote = (scheme.equals("https") || scheme.equals("http")) && uri.getHost() != null;
            boolean local = scheme.equals("file")
                    && Optional.ofNullable(uri.getPath()).orElse("").startsWith("/")
                    && uri.getRawAuthority() == null;
            if (!remote && !local) {
                throw new UnusableException(
                        "source is no repository that is fetched; write it as git::https://HOST/PATH or git::file:///PATH");
            }
            return uri;
        } catch (URISyntaxException mistake) {
            throw new UnusableException(
                    "source is no address: " + mistake.getReason() + " at character " + (mistake.getIndex() + 1));
        }
    }

    private static URI withoutUser(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String host = uri.getHost() == null ? "" : uri.getHost() + port;
        return URI.create(uri.getScheme().toLowerCase(Locale.ROOT) + "://" + host + uri.getRawPath()
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    }

    private static String decode(String text) throws UnusableException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new UnusableException("source has a parameter that is wrongly encoded");
        }
    }

    private static String decodeUser(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Whether it is on the node's own disk. */
    public boolean isLocal() {
        return address.getScheme().equals("file");
    }

    /** The address for messages: parameters may hold secrets. */
    public String shown() {
        return address.getScheme() + "://" + (isLocal() ? "" : address.getRawAuthority()) + address.getRawPath();
    }
}
