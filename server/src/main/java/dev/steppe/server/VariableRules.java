package dev.steppe.server;

import dev.steppe.model.Refusal;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.model.data.VariableLock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a variable must be like to be written. */
final class VariableRules {
    private static final Pattern PATH = Pattern.compile("[a-zA-Z0-9\\-_~/]{1,128}");
    private static final int ITEMS_BYTES_MAX = 64 * 1024;
    private static final Duration TTL_MIN = Duration.ofSeconds(10);
    private static final Duration TTL_MAX = Duration.ofHours(24);

    private VariableRules() {}

    /** Why the path of a variable is not possible. */
    static Optional<Refusal> objection(VariableKey key) {
        if (!key.namespace().equals("default")) {
            return invalid("namespace \"" + key.namespace() + "\" is not supported yet; use \"default\"");
        }
        if (!PATH.matcher(key.path()).matches()) {
            return invalid("invalid path \"" + key.path()
                    + "\": a path has 1 to 128 letters, digits and the characters - _ ~ /");
        }
        boolean reserved = key.path().equals("nomad") || key.path().startsWith("nomad/");
        boolean known = List.of("nomad/jobs", "nomad/job-templates").stream()
                .anyMatch(root -> key.path().equals(root) || key.path().startsWith(root + "/"));
        if (reserved && (!known || key.path().equals("nomad/job-templates"))) {
            return invalid("path \"" + key.path() + "\" is reserved: below \"nomad/\" only \"nomad/jobs\" and"
                    + " \"nomad/job-templates/<name>\" can be used");
        }
        return Optional.empty();
    }

    /** Why the content of a variable is not possible. */
    static Optional<Refusal> objection(VariableItems items) {
        if (items.values().isEmpty()) {
            return invalid("variable missing required Items: give at least one key with its value");
        }
        if (items.values().containsKey("")) {
            return invalid("an item of a variable must have a name");
        }
        long bytes = items.values().entrySet().stream()
                .mapToLong(item -> bytes(item.getKey()) + bytes(item.getValue()))
                .sum();
        return bytes > ITEMS_BYTES_MAX
                ? invalid("variables are limited to 64KiB in total size: this one has " + bytes + " bytes")
                : Optional.empty();
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Why the terms of a lock are not possible. */
    static Optional<Refusal> objection(VariableLock lock) {
        if (lock.ttl().compareTo(TTL_MIN) < 0 || lock.ttl().compareTo(TTL_MAX) > 0) {
            return invalid("the TTL of a lock must be between 10s and 24h, not "
                    + lock.ttl().toSeconds() + "s");
        }
        return lock.delay().isNegative() || lock.delay().compareTo(TTL_MAX) > 0
                ? invalid("the delay of a lock must be between 0s and 24h")
                : Optional.empty();
    }

    private static Optional<Refusal> invalid(String message) {
        return Optional.of(Refusal.invalid(message));
    }
}
