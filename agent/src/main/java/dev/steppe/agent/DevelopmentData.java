package dev.steppe.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The mark on directories that a development agent made and therefore may remove when it stops. */
final class DevelopmentData {
    private static final String MARK = ".steppe-development";

    private DevelopmentData() {}

    /** Makes the directory, unless it is there, and marks it. */
    static void make(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(MARK), "");
    }

    /** Whether nothing is lost that somebody else put there. */
    static boolean isOurs(Path directory) {
        if (Files.exists(directory.resolve(MARK))) {
            return true;
        }
        try (var entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        } catch (IOException unreadable) {
            return false;
        }
    }
}
