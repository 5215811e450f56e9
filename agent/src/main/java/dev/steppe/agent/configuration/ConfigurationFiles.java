package dev.steppe.agent.configuration;

import dev.steppe.language.source.Source;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds and reads configuration files: a file as it is, of a directory those that end in .hcl or .json, by name. */
public final class ConfigurationFiles {
    private static final long SIZE_MAX = 1 << 20;

    private ConfigurationFiles() {}

    /** The files in the order in which they were named; the problem of the first that cannot be read is thrown. */
    public static List<Source> read(List<String> places) throws IOException {
        var sources = new ArrayList<Source>();
        for (String place : places) {
            var path = Path.of(place);
            if (!Files.isDirectory(path)) {
                sources.add(source(path));
                continue;
            }
            for (Path file : inside(path)) {
                sources.add(source(file));
            }
        }
        return sources;
    }

    private static List<Path> inside(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            var found = files.filter(Files::isRegularFile)
                    .filter(file -> isConfiguration(file.getFileName().toString()))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new IOException("the directory " + directory + " holds no file that ends in .hcl or .json");
            }
            return found;
        }
    }

    /** Hidden files are an editor's or a version control's. */
    private static boolean isConfiguration(String name) {
        return !name.startsWith(".") && (name.endsWith(".hcl") || name.endsWith(".json"));
    }

    private static Source source(Path file) throws IOException {
        try {
            if (Files.size(file) > SIZE_MAX) {
                throw new IOException(file + " is larger than a configuration file may be (1 MiB)");
            }
            return new Source(file.toString(), Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new IOException("there is no file or directory " + file, missing);
        } catch (MalformedInputException binary) {
            throw new IOException(file + " is not a text in UTF-8", binary);
        }
    }
}
