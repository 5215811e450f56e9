package dev.steppe.client.template;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a node says of all templates: functions they must not call ({@code name} or {@code prefix*}), and how long changes
 * are gathered, at least and at most, when a template does not say.
 */
public record TemplateSettings(SortedSet<String> denied, Duration gatherAtLeast, Duration gatherAtMost) {
    public static final TemplateSettings STANDARD =
            new TemplateSettings(Collections.emptySortedSet(), Duration.ofSeconds(1), Duration.ofSeconds(10));

    public TemplateSettings {
        denied = Collections.unmodifiableSortedSet(new TreeSet<>(denied));
        if (gatherAtMost.compareTo(gatherAtLeast) < 0) {
            throw new IllegalArgumentException(
                    "changes are gathered at most " + gatherAtMost + ", less than at least " + gatherAtLeast);
        }
    }
}
