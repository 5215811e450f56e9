package dev.steppe.model;

import java.util.List;

/** A command that people may run inside a task, by name. */
public record TaskAction(String name, String command, List<String> args) {}
