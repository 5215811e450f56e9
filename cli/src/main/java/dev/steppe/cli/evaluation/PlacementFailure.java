package dev.steppe.cli.evaluation;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Puts into words why allocations of a group found no node: from the counters of the scheduler and its explanation. */
public final class PlacementFailure {
    private PlacementFailure() {}

    /** Prints each failed group with its reasons; {@code failures} maps the group to its metric. */
    public static void print(Map<String, Json> failures, String margin, Terminal terminal) {
        for (var failure : failures.entrySet()) {
            var unplaced = failure.getValue().number("CoalescedFailures") + 1;
            terminal.line(margin
                    + terminal.yellow("Task Group \"" + failure.getKey() + "\" (failed to place " + unplaced
                            + (unplaced == 1 ? " allocation" : " allocations") + "):"));
            for (var reason : reasons(failure.getValue())) {
                terminal.line(margin + "  * " + reason);
            }
        }
    }

    /** Where to read more about it than counters can say. */
    public static String pointer(String subject) {
        return "Node by node, and what would help: steppe explain " + subject;
    }

    /** One line for each reason, counters first, then what the server explains node by node. */
    static List<String> reasons(Json metric) {
        List<String> reasons = new ArrayList<>();
        if (metric.number("NodesEvaluated") == 0) {
            reasons.add("No nodes were eligible for evaluation");
        }
        for (var datacenter : metric.entries("NodesAvailable").entrySet()) {
            if (datacenter.getValue().number() == 0) {
                reasons.add("No nodes are available in datacenter \"" + datacenter.getKey() + "\"");
            }
        }
        for (var filtered : metric.entries("ClassFiltered").entrySet()) {
            reasons.add("Class \"" + filtered.getKey() + "\": " + nodes(filtered.getValue()) + " excluded by filter");
        }
        for (var filtered : metric.entries("ConstraintFiltered").entrySet()) {
            reasons.add(
                    "Constraint \"" + filtered.getKey() + "\": " + nodes(filtered.getValue()) + " excluded by filter");
        }
        if (metric.number("NodesExhausted") > 0) {
            reasons.add("Resources exhausted on " + nodes(metric.at("NodesExhausted")));
        }
        for (var exhausted : metric.entries("ClassExhausted").entrySet()) {
            reasons.add("Class \"" + exhausted.getKey() + "\" exhausted on " + nodes(exhausted.getValue()));
        }
        for (var exhausted : metric.entries("DimensionExhausted").entrySet()) {
            reasons.add("Dimension \"" + exhausted.getKey() + "\" exhausted on " + nodes(exhausted.getValue()));
        }
        for (var quota : metric.texts("QuotaExhausted")) {
            reasons.add("Quota limit hit \"" + quota + "\"");
        }
        reasons.addAll(metric.texts("Explanation"));
        return reasons;
    }

    private static String nodes(Json count) {
        return count.number() + " nodes";
    }
}
