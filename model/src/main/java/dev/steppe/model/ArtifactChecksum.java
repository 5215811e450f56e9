package dev.steppe.model;

import dev.steppe.model.ArtifactSource.UnusableException;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a downloaded artifact must be: known by its digest, or named in a file of digests at an address. */
public sealed interface ArtifactChecksum {
    /** {@code algorithm} as Java names it; {@code hex} in lower case. */
    record Digest(String algorithm, String hex) implements ArtifactChecksum {}

    /** A file as {@code sha256sum} and its like write it. */
    record InFile(ArtifactSource source) implements ArtifactChecksum {}

    /** Reads {@code type:hex}, a digest alone, or {@code file:ADDRESS}. */
    static ArtifactChecksum read(String text) throws UnusableException {
        int colon = text.indexOf(':');
        String type = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 1).strip();
        if (type.equals("file")) {
            return new InFile(ArtifactSource.read(rest, Collections.emptySortedMap()));
        }
        var digest = digest(rest);
        if (digest.isEmpty()
                || !type.isEmpty() && !digest.get().algorithm().replace("-", "").equalsIgnoreCase(type)) {
            throw new UnusableException(
                    "checksum \"" + text
                            + "\" must be md5:, sha1:, sha256: or sha512: and the digest in hex digits, or file: and an address");
        }
        return digest.get();
    }

    /** The digest of that many hex digits. */
    private static Optional<Digest> digest(String hex) {
        String algorithm = switch (hex.length()) {
            case 32 -> "MD5";
            case 40 -> "SHA-1";
            case 64 -> "SHA-256";
            case 128 -> "SHA-512";
            default -> "";
        };
        return algorithm.isEmpty() || !hex.matches("[0-9a-fA-F]+")
                ? Optional.empty()
                : Optional.of(new Digest(algorithm, hex.toLowerCase(Locale.ROOT)));
    }

    /** Finds the digest of a file in a list of digests, in either of the usual forms; the only one of a list may have no name. */
    static Optional<Digest> find(String list, String fileName) {
        var tagged = Pattern.compile("[A-Za-z0-9-]+ ?\\((.+)\\) ?= ?([0-9a-fA-F]+)");
        var lines = list.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        for (String line : lines) {
            var tag = tagged.matcher(line);
            String hex = tag.matches() ? tag.group(2) : line.split("\\s+", 2)[0];
            String name =
                    tag.matches() ? tag.group(1) : line.substring(hex.length()).strip();
            String last = name.replaceFirst("^\\*", "").replaceFirst("^.*/", "");
            if (last.equals(fileName) || last.isEmpty() && lines.size() == 1) {
                return digest(hex);
            }
        }
        return Optional.empty();
    }
}
