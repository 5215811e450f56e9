package dev.steppe.model.data;

import java.time.Duration;

/**
 * A lock on a variable: who shows its id may write. It ends when it is released or not renewed for {@code ttl}; after the
 * latter nobody gets it for {@code delay}, so that its lost holder has time to notice.
 */
public record VariableLock(String id, Duration ttl, Duration delay) {}
