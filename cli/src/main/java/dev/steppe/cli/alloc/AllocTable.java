package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Match;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Allocations as the table that jobs, nodes and evaluations show, newest first. */
public final class AllocTable {
    private AllocTable() {}

    public static Table of(List<Json> allocations, boolean verbose, Terminal terminal) {
        var table = verbose
                ? new Table(
                        "ID",
                        "Eval ID",
                        "Node ID",
                        "Node Name",
                        "Task Group",
                        "Version",
                        "Desired",
                        "Status",
                        "Created",
                        "Modified")
                : new Table("ID", "Node ID", "Task Group", "Version", "Desired", "Status", "Created", "Modified");
        List<Json> sorted = new ArrayList<>(allocations);
        sorted.sort(Comparator.comparingLong((Json allocation) -> allocation.number("CreateIndex"))
                .reversed());
        for (var allocation : sorted) {
            List<String> cells = new ArrayList<>();
            cells.add(Match.shown(allocation.text("ID"), verbose));
            if (verbose) {
                cells.add(allocation.text("EvalID"));
            }
            cells.add(Match.shown(allocation.text("NodeID"), verbose));
            if (verbose) {
                cells.add(allocation.text("NodeName"));
            }
            cells.add(allocation.text("TaskGroup"));
            cells.add(version(allocation));
            cells.add(allocation.text("DesiredStatus"));
            cells.add(allocation.text("ClientStatus"));
            cells.add(terminal.since(allocation.number("CreateTime"), verbose));
            cells.add(terminal.since(allocation.number("ModifyTime"), verbose));
            table.row(cells);
        }
        return table;
    }

    private static String version(Json allocation) {
        var version = allocation.text("JobVersion");
        return version.isEmpty() ? allocation.at("Job").text("Version") : version;
    }
}
