package dev.steppe.agent.configuration;

import java.util.List;

/**
 * A flag of {@code steppe agent} that says the same as a key of a configuration file. It wins over every file, of
 * whichever dialect.
 *
 * @param paths the keys that it sets
 * @param instead keys of the other dialect that say the same and then count no more
 */
public record Flag(String name, Takes takes, String value, List<Target> paths, List<Target> instead, String help) {
    /** What stands behind the flag. */
    public enum Takes {
        VALUE,
        NOTHING,
        /** One more element of a list each time. */
        ELEMENT,
        /** One more entry of a map each time: {@code <key>=<value>} or {@code <key>:<value>}. */
        ENTRY
    }

    /** A key. */
    record Target(Dialect dialect, String path) {}

    public Flag {
        paths = List.copyOf(paths);
        instead = List.copyOf(instead);
    }
}
