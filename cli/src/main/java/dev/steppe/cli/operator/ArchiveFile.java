package dev.steppe.cli.operator;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;

/** An archive of the state on this machine's disk: whether it is whole, and what it says of itself. */
record ArchiveFile(Json description, long bytes) {
    private static final String DESCRIPTION = "meta.json";
    private static final String SUMS = "SHA256SUMS";

    static ArchiveFile read(Path file) throws CommandFailure {
        try {
            return read(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            throw new CommandFailure("cannot read " + file + ": " + unreadable.getMessage());
        }
    }

    /** Reads the bytes of an archive and compares every checksum. */
    static ArchiveFile read(byte[] bytes) throws CommandFailure {
        var entries = entries(bytes);
        var sums = new String(part(entries, SUMS), StandardCharsets.UTF_8);
        for (var line : sums.lines().toList()) {
            var words = line.split("  ", 2);
            if (words.length != 2 || !words[0].equals(digest(part(entries, words[1])))) {
                throw new CommandFailure("the archive is damaged: a checksum does not match (" + line + ")");
            }
        }
        try {
            var text = new String(part(entries, DESCRIPTION), StandardCharsets.UTF_8);
            return new ArchiveFile(JsonReader.read(text), bytes.length);
        } catch (JsonSyntaxException damaged) {
            throw new CommandFailure("the archive is damaged: " + damaged.getMessage());
        }
    }

    private static TreeMap<String, byte[]> entries(byte[] bytes) throws CommandFailure {
        var entries = new TreeMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var next = Optional.ofNullable(zip.getNextEntry());
                    next.isPresent();
                    next = Optional.ofNullable(zip.getNextEntry())) {
                entries.put(next.get().getName(), zip.readAllBytes());
            }
        } catch (IOException | IllegalArgumentException cut) {
            throw new CommandFailure("the archive is damaged or cut short");
        }
        if (entries.isEmpty()) {
            throw new CommandFailure("this is no archive of a state: operator snapshot save makes one");
        }
        return entries;
    }

    private static byte[] part(TreeMap<String, byte[]> entries, String name) throws CommandFailure {
        return Optional.ofNullable(entries.get(name))
                .orElseThrow(() -> new CommandFailure("the archive is damaged or cut short: it has no " + name));
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
