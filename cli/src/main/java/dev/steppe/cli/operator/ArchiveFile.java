package dev.steppe.cli.operator;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** An archive of the state on this machine's disk: whether it is whole, and what it says of itself. */
record ArchiveFile(Json description, long bytes) {
    private static final String DESCRIPTION = "meta.json";
    private static final String SUMS = "SHA256SUMS";
    private static final int SMALL_BYTES_MAX = 1 << 20;

    /** Reads an archive from its beginning to its end and compares every checksum. */
    static ArchiveFile read(Path file) throws CommandFailure {
        long bytes;
        try {
            bytes = Files.size(file);
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
        try (var zip = new ZipFile(file.toFile())) {
            for (var line : small(zip, SUMS).lines().toList()) {
                var words = line.split("  ", 2);
                if (words.length != 2 || !words[0].equals(digest(zip, words[1]))) {
                    throw new CommandFailure("the archive is damaged: a checksum does not match (" + line + ")");
                }
            }
            return new ArchiveFile(JsonReader.read(small(zip, DESCRIPTION)), bytes);
        } catch (JsonSyntaxException damaged) {
            throw new CommandFailure("the archive is damaged: " + damaged.getMessage());
        } catch (ZipException | IllegalArgumentException cut) {
            throw new CommandFailure("this is no archive of a state, or it is damaged or cut short: "
                    + "operator snapshot save makes one");
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    private static CommandFailure unreadable(Path file, IOException reason) {
        return new CommandFailure("cannot read " + file + ": " + reason.getMessage());
    }

    private static InputStream open(ZipFile zip, String name) throws IOException, CommandFailure {
        var entry = zip.getEntry(name);
        if (entry == null) {
            throw new CommandFailure("the archive is damaged or cut short: it has no " + name);
        }
        return zip.getInputStream(entry);
    }

    private static String small(ZipFile zip, String name) throws IOException, CommandFailure {
        try (var content = open(zip, name)) {
            return new String(content.readNBytes(SMALL_BYTES_MAX), StandardCharsets.UTF_8);
        }
    }

    private static String digest(ZipFile zip, String name) throws IOException, CommandFailure {
        try (var content = new DigestInputStream(open(zip, name), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(content.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
