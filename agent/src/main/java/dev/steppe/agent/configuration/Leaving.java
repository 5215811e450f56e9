package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Which signals also end all tasks of the node, and how long these have to end. */
public record Leaving(boolean onInterrupt, boolean onTerminate, Duration deadline) {
    /** The names of those signals. */
    public List<String> signals() {
        var names = new ArrayList<String>();
        if (onInterrupt) {
            names.add("INT");
        }
        if (onTerminate) {
            names.add("TERM");
        }
        return names;
    }
}
