package dev.steppe.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which Java a task asks for with {@code java_version}: a release such as 21, or a version as exact as it has to be. Nodes
 * tell what they have in an attribute, so the scheduler and the driver answer the same question the same way.
 */
public record JavaChoice(String version) {
    /** The key in a task's {@code config}. */
    public static final String KEY = "java_version";

    /** The attribute of a node that lists the versions it has, those it prefers first. */
    public static final String ATTRIBUTE = "driver.java.versions";

    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]*(\\.[0-9]+)*");

    /** What a task's config asks for; empty when it leaves the choice to the node. */
    public static Optional<JavaChoice> of(Map<String, Object> config) {
        return Optional.ofNullable(config.get(KEY)).map(wish -> new JavaChoice(wish.toString()));
    }

    /** What is wrong with it, in words for the user. */
    public Optional<String> problem() {
        return VERSION.matcher(version).matches()
                ? Optional.empty()
                : Optional.of("config key \"" + KEY + "\" must be a version such as \"21\" or \"17.0.9\", not \""
                        + version + "\"");
    }

    /** Whether a version is what was asked for: 21 means every 21, and 17.0 is no 17.1. */
    public boolean fits(String candidate) {
        return candidate.equals(version) || candidate.startsWith(version + ".") || candidate.startsWith(version + "+");
    }

    /** Whether a node whose attribute reads so can give it. */
    public boolean isAmong(String attribute) {
        return List.of(attribute.split(",")).stream().anyMatch(this::fits);
    }
}
