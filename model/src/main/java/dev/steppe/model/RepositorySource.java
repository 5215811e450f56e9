package dev.steppe.model;

import dev.steppe.model.ArtifactSource.UnusableException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An artifact that is the content of a git repository, read off its source and options: an address for git without
 * anything that is secret or for the fetching side, the {@code user:password} that stood in it, and which commit and folder.
 *
 * @param sshKey the private key for one over ssh, in base64
 */
public record RepositorySource(
        URI address, Optional<String> credentials, String ref, Optional<String> folder, Optional<String> sshKey) {
    private static final String FORCED = "git::";
    private static final List<String> SHORT = List.of("github.com/", "gitlab.com/", "bitbucket.org/");
    private static final List<String> OURS = List.of("ref", "depth", "checksum", "archive", "filename", "sshkey");
    private static final Pattern OF_SSH = Pattern.compile("([A-Za-z0-9._-]+@[^/:]+):(?!//)(.*)");
    private static final String SSH = "ssh";

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
        boolean ssh = SSH.equalsIgnoreCase(uri.getScheme());
        var key = Optional.ofNullable(mine.get("sshkey")).filter(text -> !text.isEmpty());
        if (ssh && key.isEmpty()) {
            throw new UnusableException(
                    "source: git over ssh needs options { sshkey = \"...\" }, a private key in base64;"
                            + " keys of the machine are not used");
        }
        if (key.isPresent() && !(ssh && isBase64(key.get()))) {
            throw new UnusableException(
                    ssh ? "option \"sshkey\" is not in base64" : "option \"sshkey\" is for git over ssh; remove it");
        }
        return new RepositorySource(
                withoutUser(uri),
                Optional.ofNullable(uri.getRawUserInfo()).filter(user -> !ssh).map(RepositorySource::decodeUser),
                Optional.ofNullable(mine.get("ref"))
                        .filter(ref -> !ref.isEmpty())
                        .orElse("HEAD"),
                path.folder(),
                key);
    }

    private static boolean isBase64(String text) {
        try {
            return Base64.getMimeDecoder().decode(text).length > 0;
        } catch (IllegalArgumentException wrong) {
            return false;
        }
    }

    private static void check(SortedMap<String, String> mine) throws UnusableException {
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
        var ofSsh = OF_SSH.matcher(source);
        return ofSsh.matches() ? "ssh://" + ofSsh.group(1) + "/" + ofSsh.group(2) : source;
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
            boolean remote = List.of("https", "http", SSH).contains(scheme) && uri.getHost() != null;
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
        boolean named = SSH.equalsIgnoreCase(uri.getScheme()) && uri.getRawUserInfo() != null;
        String user = named ? uri.getRawUserInfo().split(":", 2)[0] + "@" : "";
        String host = uri.getHost() == null ? "" : user + uri.getHost() + port;
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

    /** Whether it is reached over ssh. */
    public boolean isOverSsh() {
        return address.getScheme().equals(SSH);
    }

    /** Whether it is on the node's own disk. */
    public boolean isLocal() {
        return address.getScheme().equals("file");
    }

    /** The address for messages: parameters may hold secrets. */
    public String shown() {
        return address.getScheme() + "://" + (isLocal() ? "" : address.getRawAuthority()) + address.getRawPath();
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "RepositorySource[" + shown() + ", " + ref + "]";
    }
}
