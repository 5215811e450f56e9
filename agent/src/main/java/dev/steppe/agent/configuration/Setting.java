package dev.steppe.agent.configuration;

import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;

/**
 * A key with its value as somebody wrote it in one place.
 *
 * @param path the whole name with labels, as in {@code client.host_volume "data".path}
 */
record Setting(Key key, String path, Value value, SourceRange place) {
    /** Where it stands, for a message about another place. */
    String where() {
        return place.source().name() + " line " + place.line();
    }
}
