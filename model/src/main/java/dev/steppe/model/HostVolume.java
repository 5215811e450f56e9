package dev.steppe.model;

/** A directory of a node that jobs may mount by its name. */
public record HostVolume(String name, String path, boolean readOnly) {}
