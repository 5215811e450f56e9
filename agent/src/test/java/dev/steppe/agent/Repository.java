package dev.steppe.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** The working copy that the tests run in. */
public final class Repository {
    private Repository() {}

    /** The folder that holds ./dev. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Stream.<Path>iterate(here, Objects::nonNull, Path::getParent)
                .filter(folder -> Files.isExecutable(folder.resolve("dev")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no folder above " + here + " holds ./dev"));
    }
}
