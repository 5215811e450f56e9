package dev.steppe.cli.data;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;

/** What the commands about keys share. */
final class Keys {
    private Keys() {}

    static String route(String key) {
        return key.isEmpty() ? "/v1/kv/" : "/v1/kv/" + Variables.encoded(key);
    }

    /** A key never begins with a slash: that of a path before it is not part of it. */
    static String checked(String key) throws UsageException {
        var checked = key.startsWith("/") ? key.substring(1) : key;
        if (checked.startsWith("/")) {
            throw new UsageException("a key does not begin with a slash: " + key);
        }
        return checked;
    }

    static byte[] value(Json entry) {
        return Base64.getDecoder().decode(entry.text("Value"));
    }

    /** What a word stands for: itself, {@code @file}, or {@code -} for standard input. */
    static byte[] data(String word, Terminal terminal) throws CommandFailure, IOException {
        if (word.equals("-")) {
            return terminal.in().readAllBytes();
        }
        if (!word.startsWith("@")) {
            return word.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Files.readAllBytes(Path.of(word.substring(1)));
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("Error! Failed to read data: there is no file " + word.substring(1));
        }
    }
}
