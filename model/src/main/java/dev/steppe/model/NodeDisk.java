package dev.steppe.model;

/** Disk for allocation directories, in megabytes. */
public record NodeDisk(long diskMb) {}
