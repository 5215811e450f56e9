package dev.steppe.model;

import java.util.List;

/** What people see beside a job: a text and links. */
public record JobUi(String description, List<JobUiLink> links) {}
