package dev.steppe.client.settings;

import dev.steppe.model.WaitConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What templates of tasks may do and how patient they are ({@code client.template}).
 *
 * @param waiting how changes are gathered before they are written; empty writes each at once
 * @param waitBounds what a job may ask for in its own {@code wait}
 */
public record TemplateSettings(
        List<String> functionDenylist,
        boolean fileSandboxDisabled,
        Duration maxStale,
        Duration blockQueryWait,
        Optional<Wait> waiting,
        Optional<Wait> waitBounds,
        Retry consul,
        Retry vault,
        Retry nomad) {

    private static final Wait AT_ONCE = new Wait(Duration.ZERO, Duration.ZERO);

    /** A shortest and a longest time. */
    public record Wait(Duration min, Duration max) {
        public Wait {
            if (min.compareTo(max) > 0) {
                throw new IllegalArgumentException("min " + min + " is longer than max " + max);
            }
        }
    }

    /** How often something is tried again, 0 for without end, and the pauses between, which double. */
    public record Retry(int attempts, Duration backoff, Duration maxBackoff) {
        public static Retry standard() {
            return new Retry(12, Duration.ofMillis(250), Duration.ofMinutes(1));
        }
    }

    public TemplateSettings {
        functionDenylist = List.copyOf(functionDenylist);
    }

    /** How changes of a template are gathered: as its job asks, within the bounds of the node, or as the node says. */
    public Wait waitFor(Optional<WaitConfig> asked) {
        var usual = waiting.orElse(AT_ONCE);
        if (asked.isEmpty()) {
            return usual;
        }
        var longestAsked = asked.get().max();
        var least = asked.get().min().orElse(shorter(usual.min(), longestAsked.orElse(usual.min())));
        var most = longestAsked.orElse(least.multipliedBy(4));
        if (waitBounds.isPresent()) {
            least = shorter(
                    longer(least, waitBounds.get().min()), waitBounds.get().max());
            most = shorter(
                    longer(most, waitBounds.get().min()), waitBounds.get().max());
        }
        return new Wait(least, longer(least, most));
    }

    private static Duration shorter(Duration one, Duration two) {
        return one.compareTo(two) <= 0 ? one : two;
    }

    private static Duration longer(Duration one, Duration two) {
        return one.compareTo(two) >= 0 ? one : two;
    }

    public static TemplateSettings standard() {
        return new TemplateSettings(
                List.of("plugin", "writeToFile"),
                false,
                Duration.ofHours(87_600),
                Duration.ofMinutes(5),
                Optional.of(new Wait(Duration.ofSeconds(1), Duration.ofSeconds(10))),
                Optional.empty(),
                Retry.standard(),
                Retry.standard(),
                Retry.standard());
    }
}
