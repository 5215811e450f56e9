package dev.steppe.client.artifact;

import dev.steppe.client.file.TaskFiles;
import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.model.Artifact;
import dev.steppe.model.ArtifactChecksum;
import dev.steppe.model.ArtifactSource;
import dev.steppe.model.RepositorySource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One artifact: downloaded out of the task's reach, checked, put or unpacked where the task finds it, and noted as done. */
final class Errand {
    /** A list of checksums is short. */
    private static final long LIST_MAX = 1 << 20;

    private static final int BUFFER = 1 << 16;

    private final Artifact artifact;
    private final Work work;

    /** What errands of one task share. */
    record Work(ArtifactSettings settings, TaskFiles files, Shelf shelf, String user, StopWatch stop) {}

    Errand(Artifact artifact, Work work) {
        this.artifact = artifact;
        this.work = work;
    }

    void run() throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        if (RepositorySource.isMeant(artifact.source())) {
            runGit();
            return;
        }
        var source = source();
        var kind = kind(source);
        var owner = owner();
        String file = target(source.name(), kind);
        Path incoming = work.shelf().incoming(artifact);
        try {
            download(source, artifact.headers(), incoming, work.settings().httpSizeMax());
            if (source.checksum().isPresent()) {
                verify(source, source.checksum().get(), incoming);
            }
            var unpacking = unpacking(owner);
            if (kind.isPresent() && !kind.get().isOneFile()) {
                unpack(unpacking, incoming, kind.get(), new From(source.shown(), source.folder()));
            } else {
                unpacking.put(incoming, kind, file);
            }
            work.shelf().done(artifact);
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    /** The commit's files, which come as an archive. */
    private void runGit() throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        var source = repository();
        Path incoming = work.shelf().incoming(artifact);
        try {
            new Repository(source, work.settings(), work.files().account(), work.stop())
                    .fetch(artifact.headers(), artifact.insecure(), incoming);
            unpack(unpacking(owner()), incoming, ArchiveKind.TAR, new From(source.shown(), source.folder()));
            work.shelf().done(artifact);
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    private RepositorySource repository() throws FetchException {
        try {
            return RepositorySource.read(artifact.source(), artifact.options());
        } catch (ArtifactSource.UnusableException unusable) {
            throw FetchException.mistaken("artifact: " + unusable.getMessage());
        }
    }

    private Unpacking unpacking(Unpacking.Owner owner) {
        var settings = work.settings();
        var limits = new Unpacking.Limits(
                settings.unpackedSizeMax(), settings.unpackedFilesMax(), settings.inspectionDisabled());
        return new Unpacking(work.files(), owner, limits, work.stop());
    }

    /** Where an archive comes from, for messages, and what of it is wanted. */
    private record From(String shown, Optional<String> folder) {}

    private void unpack(Unpacking unpacking, Path incoming, ArchiveKind kind, From from)
            throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        try {
            unpacking.unpack(incoming, kind, from.folder(), artifact.destination());
        } catch (IOException broken) {
            throw FetchException.failed("cannot unpack " + from.shown() + ": " + broken.getMessage());
        }
    }

    private ArtifactSource source() throws FetchException {
        try {
            return ArtifactSource.read(artifact.source(), artifact.options());
        } catch (ArtifactSource.UnusableException unusable) {
            throw FetchException.mistaken("artifact: " + unusable.getMessage());
        }
    }

    /** What is to be unpacked; empty when the file is kept as it came. */
    private Optional<ArchiveKind> kind(ArtifactSource source) throws FetchException {
        String word = source.archive().orElse("");
        boolean byName = word.isEmpty() || word.equals("true") || word.equals("1");
        Optional<ArchiveKind> kind = Optional.empty();
        if (!word.equals("false") && !word.equals("0")) {
            kind = ArchiveKind.of(byName ? source.nameThere() : "." + word);
            if (!byName && kind.isEmpty()) {
                throw FetchException.mistaken(
                        "archive = \"" + word + "\" must be true, false or a kind such as tar.gz");
            }
        }
        boolean several = kind.isPresent() && !kind.get().isOneFile();
        if (artifact.mode().equals("file") && several) {
            throw FetchException.mistaken(source.shown() + " is an archive, and mode is \"file\"; use mode \"any\","
                    + " or keep it as it is with options { archive = \"false\" }");
        }
        if (source.folder().isPresent() && !several) {
            throw FetchException.mistaken(source.shown() + " is one file, and the source names folder \""
                    + source.folder().get() + "\" of it after \"//\"; remove that");
        }
        if (artifact.mode().equals("dir") && !several) {
            throw FetchException.mistaken(source.shown() + " is one file, and mode is \"dir\"; use mode \"any\"");
        }
        return kind;
    }

    /** Where one file goes: below the destination, or in mode file to it unless it is a directory by its looks. */
    private String target(String name, Optional<ArchiveKind> kind) throws FetchException {
        if (artifact.mode().equals("file") && !artifact.destination().endsWith("/")) {
            return artifact.destination();
        }
        String inner = kind.isPresent() && kind.get().isOneFile() ? kind.get().inner(name) : name;
        if (inner.isEmpty() || inner.contains("/") || inner.equals("..") || inner.equals(".")) {
            throw FetchException.mistaken(
                    "the source gives no name for the file; set options { filename = \"NAME\" } or mode \"file\"");
        }
        return artifact.destination() + "/" + inner;
    }

    /** The task's user; a container's user may be a number that this machine does not know. */
    private Unpacking.Owner owner() throws FetchException {
        var nobody = new Unpacking.Owner(Optional.empty(), Optional.empty());
        if (!artifact.chown()
                || work.files().account().isPresent()
                || work.user().isEmpty()) {
            return nobody;
        }
        if (!work.user().matches("\\d{1,9}(:\\d{1,9})?")) {
            throw FetchException.mistaken("chown needs a user that this machine knows or a number, and \"" + work.user()
                    + "\" is a name in the image; write user as UID:GID");
        }
        var parts = work.user().split(":", 2);
        return new Unpacking.Owner(
                Optional.of(Integer.valueOf(parts[0])), Optional.of(Integer.valueOf(parts[parts.length - 1])));
    }

    private void download(ArtifactSource source, SortedMap<String, String> headers, Path into, long bytes)
            throws FetchException, StopWatch.StoppedException, InterruptedException {
        boolean inBucket = source.bucket().isPresent();
        var limits = new Download.Limits(
                inBucket ? work.settings().s3Timeout() : work.settings().httpTimeout(),
                bytes,
                inBucket ? "s3_timeout" : "http_read_timeout",
                environment());
        new Download(limits, work.stop()).fetch(source, headers, artifact.insecure(), into);
    }

    /** What the node lets fetching see of the agent's environment. */
    private SortedMap<String, String> environment() {
        var seen = new TreeMap<String, String>();
        for (String name : work.settings().environment()) {
            Optional.ofNullable(System.getenv(name)).ifPresent(value -> seen.put(name, value));
        }
        return seen;
    }

    private void verify(ArtifactSource source, String checksum, Path file)
            throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        ArtifactChecksum.Digest wanted;
        try {
            wanted = switch (ArtifactChecksum.read(checksum)) {
                case ArtifactChecksum.Digest digest -> digest;
                case ArtifactChecksum.InFile list -> listed(source, list.source());
            };
        } catch (ArtifactSource.UnusableException unusable) {
            throw FetchException.mistaken("artifact: " + unusable.getMessage());
        }
        String found = digest(file, wanted.algorithm());
        if (!found.equals(wanted.hex())) {
            throw FetchException.failed("checksum of " + source.shown() + " is " + wanted.algorithm() + " " + found
                    + ", and must be " + wanted.hex());
        }
    }

    private ArtifactChecksum.Digest listed(ArtifactSource source, ArtifactSource list)
            throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        Path incoming = work.shelf().incoming(artifact).resolveSibling("checksums.part");
        try {
            boolean sameHost = list.address()
                            .getAuthority()
                            .equals(source.address().getAuthority())
                    && list.address().getScheme().equals(source.address().getScheme());
            download(list, sameHost ? artifact.headers() : Collections.emptySortedMap(), incoming, LIST_MAX);
            String text = new String(Files.readAllBytes(incoming), StandardCharsets.UTF_8);
            String name = source.nameThere();
            return ArtifactChecksum.find(text, name)
                    .orElseThrow(() -> FetchException.failed(list.shown() + " has no checksum of " + name));
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    private static String digest(Path file, String algorithm) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance(algorithm);
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java runtime lacks " + algorithm, missing);
        }
    }
}
