package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A link shown beside a job. */
public record JobUiLink(String label, @Json("URL") String url) {}
