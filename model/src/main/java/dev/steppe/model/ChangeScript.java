package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;
import java.util.List;

/** A program that is run when a template changed. */
public record ChangeScript(
        String command,
        List<String> args,
        @Default("5s") Duration timeout,
        boolean failOnError,
        boolean runOnFirstRender) {}
