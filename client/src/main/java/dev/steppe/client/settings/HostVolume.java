package dev.steppe.client.settings;

import java.nio.file.Path;

/** A directory of the machine that jobs may mount by its name ({@code client.host_volume}). */
public record HostVolume(Path path, boolean readOnly) {}
