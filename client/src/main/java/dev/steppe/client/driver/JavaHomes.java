package dev.steppe.client.driver;

import dev.steppe.model.JavaChoice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** The Java installations of a machine, found without running them. */
public final class JavaHomes {
    private static final List<Path> INSTALLED =
            List.of(Path.of("/usr/lib/jvm"), Path.of("/usr/lib64/jvm"), Path.of("/usr/java"), Path.of("/opt/java"));

    private JavaHomes() {}

    /** One installation: its directory and what its {@code release} file tells. */
    public record Home(Path directory, String version, String runtime) {
        /** The launcher. */
        public Path program() {
            return directory.resolve("bin").resolve("java");
        }
    }

    /**
     * All of them, each version once. First the one tasks use that do not choose: a configured one, that of JAVA_HOME, that
     * of {@code java} in the path, the newest of the usual directories, and last the one the agent runs on. The others
     * follow, newest first. A configured one that is none leaves nothing, so that somebody looks.
     */
    public static List<Home> all(Optional<Path> configured, String javaHome, String path) {
        if (configured.isPresent() && read(configured.get()).isEmpty()) {
            return List.of();
        }
        var preferred = new ArrayList<Path>(configured.stream().toList());
        if (!javaHome.isEmpty()) {
            preferred.add(Path.of(javaHome));
        }
        for (String directory : path.split(":", -1)) {
            if (directory.startsWith("/")) {
                homeOf(Path.of(directory, "java")).ifPresent(preferred::add);
            }
        }
        var found = new LinkedHashMap<String, Home>();
        preferred.stream()
                .flatMap(directory -> read(directory).stream())
                .limit(1)
                .forEach(home -> found.put(home.version(), home));
        var others = new ArrayList<Home>();
        preferred.forEach(directory -> read(directory).ifPresent(others::add));
        INSTALLED.forEach(directory -> others.addAll(below(directory)));
        others.sort(Comparator.comparing((Home home) -> Runtime.Version.parse(home.version()))
                .reversed());
        others.forEach(home -> found.putIfAbsent(home.version(), home));
        if (found.isEmpty()) {
            read(Path.of(System.getProperty("java.home"))).ifPresent(own -> found.put(own.version(), own));
        }
        return List.copyOf(found.values());
    }

    /** Which of them a task runs on: the first that fits. */
    public static Optional<Home> choose(List<Home> homes, Optional<JavaChoice> wish) {
        return homes.stream()
                .filter(home -> wish.isEmpty() || wish.get().fits(home.version()))
                .findFirst();
    }

    private static Optional<Path> homeOf(Path program) {
        try {
            return Optional.ofNullable(program.toRealPath().getParent()).map(Path::getParent);
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static List<Home> below(Path directory) {
        var found = new ArrayList<Home>();
        try (var entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path entry : entries) {
                read(entry.toRealPath()).ifPresent(found::add);
            }
        } catch (IOException | DirectoryIteratorException none) {
            return List.of();
        }
        return found;
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
