package dev.steppe.model;

/** Where a task sees one of its group's volumes. */
public record VolumeMount(String volume, String destination, boolean readOnly) {}
