package dev.steppe.cli.job;

import dev.steppe.language.function.Function;
import dev.steppe.language.function.FunctionException;
import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.value.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The functions of job files that read this machine's files. They exist here only: an agent never reads files for a
 * person who submits a job. Relative paths begin in the folder of the job file.
 */
final class FileFunctions {
    private static final int FILE_BYTES_MAX = 1024 * 1024;

    private final Path folder;
    private final String home;

    private FileFunctions(Path folder, String home) {
        this.folder = folder;
        this.home = home;
    }

    /** The usual functions, those with another result each time, and these. */
    static FunctionTable table(Path folder, String home) {
        var files = new FileFunctions(folder, home);
        return FunctionTable.standard()
                .withRandom(new SecureRandom())
                .with("file", text(path -> new String(files.bytes(path), StandardCharsets.UTF_8)))
                .with("filebase64", text(path -> Base64.getEncoder().encodeToString(files.bytes(path))))
                .with("fileexists", arguments -> Value.of(Files.isRegularFile(files.resolve(only(arguments)))))
                .with("fileset", files::matching)
                .with(
                        "abspath",
                        text(path -> Path.of(path).toAbsolutePath().normalize().toString()))
                .with("basename", text(path -> lastOf(Path.of(path))))
                .with("dirname", text(path -> folderOf(Path.of(path))))
                .with("pathexpand", text(files::expand));
    }

    private interface TextToText {
        String apply(String argument) throws FunctionException;
    }

    private static Function text(TextToText function) {
        return arguments -> Value.of(function.apply(only(arguments)));
    }

    private static String only(List<Value> arguments) throws FunctionException {
        if (arguments.size() == 1 && arguments.getFirst() instanceof Value.Text text) {
            return text.text();
        }
        throw new FunctionException("takes one string");
    }

    private static String lastOf(Path path) {
        var name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }

    private static String folderOf(Path path) {
        var parent = path.getParent();
        return parent == null ? "." : parent.toString();
    }

    private String expand(String path) {
        return path.equals("~") || path.startsWith("~/") ? home + path.substring(1) : path;
    }

    private Path resolve(String path) {
        return folder.resolve(expand(path));
    }

    private byte[] bytes(String written) throws FunctionException {
        var path = resolve(written);
        try {
            if (Files.size(path) > FILE_BYTES_MAX) {
                throw new FunctionException(path + " is larger than " + FILE_BYTES_MAX + " bytes");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException missing) {
            throw new FunctionException("there is no file " + path);
        } catch (IOException failed) {
            throw new FunctionException("cannot read " + path + ": " + failed.getMessage());
        }
    }

    /** The files under a folder whose path from there fits a pattern, in the order of their names. */
    private Value matching(List<Value> arguments) throws FunctionException {
        if (arguments.size() != 2
                || !(arguments.getFirst() instanceof Value.Text from)
                || !(arguments.getLast() instanceof Value.Text pattern)) {
            throw new FunctionException("takes a folder and a pattern");
        }
        var start = resolve(from.text());
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern.text());
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(start)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                var relative = start.relativize(file);
                if (matcher.matches(relative)) {
                    found.add(relative.toString());
                }
            });
        } catch (IOException failed) {
            throw new FunctionException("cannot list " + start + ": " + failed.getMessage());
        }
        found.sort(null);
        return Value.texts(found);
    }
}
