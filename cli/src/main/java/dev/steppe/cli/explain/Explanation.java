package dev.steppe.cli.explain;

import dev.steppe.cli.command.Match;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;

/** The answer of a server to "why" as text. */
final class Explanation {
    private static final int BEST_SHOWN = 3;

    private final Terminal terminal;
    private final boolean verbose;

    Explanation(Terminal terminal, boolean verbose) {
        this.terminal = terminal;
        this.verbose = verbose;
    }

    void print(Json explained) {
        var subject = explained.text("Subject");
        if (subject.equals("job")) {
            terminal.title("Job \"" + explained.text("JobID") + "\"");
        } else {
            terminal.title((subject.equals("allocation") ? "Allocation \"" : "Evaluation \"")
                    + Match.shown(explained.text("ID"), verbose) + "\" of job \"" + explained.text("JobID") + "\"");
        }
        bullets("", explained.texts("Facts"));
        explained.items("Groups").forEach(this::group);
        explained.items("Allocations").forEach(this::allocation);
    }

    private void bullets(String margin, List<String> sentences) {
        sentences.forEach(sentence -> terminal.line(margin + "* " + sentence));
    }

    private void group(Json group) {
        var unplaced = group.number("Unplaced");
        terminal.blankLine();
        terminal.title("Group \"" + group.text("Name") + "\": " + places(group)
                + (group.number("Nodes") == 0
                        ? ""
                        : "; " + group.number("Fitting") + " of " + nodes(group.number("Nodes"))
                                + " would take one more"));
        if (unplaced > 0 || verbose) {
            group.items("Reasons").forEach(this::reason);
        }
        var best = group.items("Best");
        if (!best.isEmpty()) {
            terminal.line("  Best for one more:");
            scores(best);
        }
        var remedies = group.texts("Remedies");
        if (!remedies.isEmpty()) {
            terminal.line("  What would help:");
            bullets("    ", remedies);
        } else if (unplaced > 0) {
            terminal.line("  No single change that was tried would help: look at the checks above.");
        }
    }

    private static String places(Json group) {
        var unplaced = group.number("Unplaced");
        var replacing = group.number("Replacing");
        if (unplaced == 0) {
            return "no instance lacks a place";
        }
        var of = unplaced + " of " + group.number("Wanted")
                + (group.number("Wanted") == 1 ? " instance " : " instances ");
        return replacing == unplaced
                ? of + (unplaced == 1 ? "runs" : "run") + " on in an older version, for want of a place for the new one"
                : of + (unplaced == 1 ? "has" : "have") + " no place";
    }

    private void reason(Json reason) {
        terminal.line("  " + nodes(reason.number("Nodes")) + ": " + terminal.yellow(reason.text("Check")));
        var shown = 0L;
        for (var detail : reason.items("Details")) {
            var names = detail.texts("Names");
            var more = detail.number("Nodes") - names.size();
            shown += detail.number("Nodes");
            terminal.line("    * " + String.join(", ", names) + (more > 0 ? " and " + more + " more" : "") + ": "
                    + detail.text("Sentence"));
        }
        var rest = reason.number("Nodes") - shown;
        if (rest > 0) {
            terminal.line("    * " + nodes(rest) + " with other values");
        }
    }

    private void scores(List<Json> scored) {
        var table = new Table("    Node", "Score", "Made of");
        for (var node : scored.subList(0, verbose ? scored.size() : Math.min(BEST_SHOWN, scored.size()))) {
            List<String> parts = new ArrayList<>();
            node.entries("Scores").forEach((part, value) -> parts.add(part + " " + rounded(value)));
            var name = node.text("Node").isEmpty() ? Match.shown(node.text("NodeID"), verbose) : node.text("Node");
            table.row("    " + name, rounded(node.at("NormScore")), String.join(", ", parts));
        }
        terminal.table(table);
    }

    private static String rounded(Json score) {
        var digits = score.isNull() ? "0" : score.text();
        var point = digits.indexOf('.');
        return point < 0 || digits.contains("E") ? digits : digits.substring(0, Math.min(digits.length(), point + 4));
    }

    private void allocation(Json allocation) {
        terminal.blankLine();
        terminal.title("Allocation \"" + Match.shown(allocation.text("ID"), verbose) + "\" " + allocation.text("Name")
                + " on " + allocation.text("Node") + ": " + allocation.text("Status"));
        bullets("  ", allocation.texts("Facts"));
        var next = allocation.texts("Next");
        if (!next.isEmpty()) {
            terminal.line("  What comes next:");
            bullets("    ", next);
        }
        var scores = allocation.items("Scores");
        if (verbose && !scores.isEmpty()) {
            terminal.line("  Placed by these scores:");
            scores(scores);
        }
    }

    private static String nodes(long count) {
        return count + (count == 1 ? " node" : " nodes");
    }
}
