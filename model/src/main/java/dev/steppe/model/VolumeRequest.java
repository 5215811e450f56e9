package dev.steppe.model;

/** A volume a group needs. */
public record VolumeRequest(String name, String type, String source, boolean readOnly) {}
