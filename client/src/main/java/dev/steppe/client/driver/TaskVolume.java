package dev.steppe.client.driver;

import java.nio.file.Path;

/** A directory of the machine and where a task sees it. */
public record TaskVolume(Path source, Path target, boolean readOnly) {}
