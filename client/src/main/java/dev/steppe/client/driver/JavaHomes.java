package dev.steppe.client.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** The Java installations of a machine, found without running them. */
public final class JavaHomes {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");

    private JavaHomes() {}

    /** One installation: its directory and what its {@code release} file tells. */
    public record Home(Path directory, String version, String runtime) {
        /** The launcher. */
        public Path program() {
            return directory.resolve("bin").resolve("java");
        }
    }

    /**
     * The installation tasks use: a configured one, that of JAVA_HOME, that of {@code java} in the path, the newest below
     * /usr/lib/jvm, and last the one the agent runs on.
     */
    public static Optional<Home> choose(Optional<Path> configured, String javaHome, String path) {
        if (configured.isPresent()) {
            return read(configured.get());
        }
        var candidates = new LinkedHashSet<Path>();
        if (!javaHome.isEmpty()) {
            candidates.add(Path.of(javaHome));
        }
        for (String directory : path.split(":", -1)) {
            if (directory.startsWith("/")) {
                homeOf(Path.of(directory, "java")).ifPresent(candidates::add);
            }
        }
        candidates.addAll(installed());
        candidates.add(Path.of(System.getProperty("java.home")));
        return candidates.stream()
                .map(JavaHomes::read)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Path> homeOf(Path program) {
        try {
            return Optional.ofNullable(program.toRealPath().getParent()).map(Path::getParent);
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static List<Path> installed() {
        var found = new ArrayList<Home>();
        try (var entries = Files.newDirectoryStream(INSTALLED, Files::isDirectory)) {
            for (Path entry : entries) {
                read(entry).ifPresent(found::add);
            }
        } catch (IOException | DirectoryIteratorException none) {
            return List.of();
        }
        found.sort((left, right) ->
                Runtime.Version.parse(right.version()).compareTo(Runtime.Version.parse(left.version())));
        return found.stream().map(Home::directory).toList();
    }

    private static Optional<Home> read(Path directory) {
        if (!Files.isExecutable(directory.resolve("bin").resolve("java"))) {
            return Optional.empty();
        }
        var version = "";
        var runtime = "";
        try {
            for (String line : Files.readAllLines(directory.resolve("release"), StandardCharsets.UTF_8)) {
                int equals = line.indexOf('=');
                var value = equals < 0
                        ? ""
                        : line.substring(equals + 1).replace("\"", "").trim();
                if (line.startsWith("JAVA_VERSION=")) {
                    version = value;
                } else if (line.startsWith("IMPLEMENTOR=")) {
                    runtime = value;
                }
            }
            Runtime.Version.parse(version);
        } catch (IOException | IllegalArgumentException unknown) {
            return Optional.empty();
        }
        return Optional.of(new Home(directory, version, runtime));
    }
}
