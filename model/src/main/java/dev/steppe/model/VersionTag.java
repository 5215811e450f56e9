package dev.steppe.model;

import java.time.Instant;

/** A name people gave to a version of a job. It keeps the version from being forgotten. */
public record VersionTag(String name, String description, Instant taggedTime) {}
