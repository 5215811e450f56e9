package dev.steppe.model;

/**
 * When a task runs beside the main tasks: before ({@code prestart}), after their start ({@code poststart}) or
 * after their end ({@code poststop}); a sidecar runs as long as they do.
 */
public record Lifecycle(String hook, boolean sidecar) {}
