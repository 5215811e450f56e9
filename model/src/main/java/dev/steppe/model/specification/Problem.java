package dev.steppe.model.specification;

/** Something that makes a job wrong, at a path of the API's JSON such as {@code TaskGroups[0].Count}. */
public record Problem(String path, String message) {}
