package dev.steppe.client.artifact;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an archive is, told by the end of its name. */
enum ArchiveKind {
    TAR_GZIP(".tar.gz", ".tgz"),
    TAR_BZIP2(".tar.bz2", ".tbz2"),
    TAR(".tar", ".tar"),
    ZIP(".zip", ".zip"),
    GZIP(".gz", ".gz"),
    BZIP2(".bz2", ".bz2");

    private static final List<String> OTHERS = List.of(".xz", ".txz", ".zst", ".tzst");

    private final String ending;
    private final String shortEnding;

    ArchiveKind(String ending, String shortEnding) {
        this.ending = ending;
        this.shortEnding = shortEnding;
    }

    /** The kind of a file of that name; empty when it is no archive. */
    static Optional<ArchiveKind> of(String name) throws FetchException {
        String lower = name.toLowerCase(Locale.ROOT);
        for (String ending : OTHERS) {
            if (lower.endsWith(ending)) {
                throw FetchException.mistaken("archives of kind " + ending
                        + " are not unpacked; use .tar.gz, .tar.bz2 or .zip, or keep it as it is with options { archive ="
                        + " \"false\" }");
            }
        }
        for (ArchiveKind kind : values()) {
            if (lower.endsWith(kind.ending) || lower.endsWith(kind.shortEnding)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** One compressed file, which has no name of its own. */
    boolean isOneFile() {
        return this == GZIP || this == BZIP2;
    }

    /** The name of the file in it. */
    String inner(String name) {
        int length = name.length() - ending.length();
        return name.toLowerCase(Locale.ROOT).endsWith(ending) ? name.substring(0, length) : name;
    }
}
