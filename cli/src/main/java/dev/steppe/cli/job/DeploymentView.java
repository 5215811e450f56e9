package dev.steppe.cli.job;

import dev.steppe.cli.command.Match;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Table;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.ArrayList;
import java.util.List;

/** A deployment as people see it: what it is, and how far it is with each group. */
public final class DeploymentView {
    private DeploymentView() {}

    /** Everything about one. */
    public static void print(Json deployment, Terminal terminal, boolean verbose) {
        terminal.fields(new Fields()
                .put("ID", Match.shown(deployment.text("ID"), verbose))
                .put("Job ID", deployment.text("JobID"))
                .put("Job Version", deployment.text("JobVersion"))
                .put("Status", deployment.text("Status"))
                .put("Description", deployment.text("StatusDescription")));
        if (!deployment.entries("TaskGroups").isEmpty()) {
            terminal.blankLine();
            groups(deployment, terminal);
        }
    }

    /** How far it is; columns that say nothing here are left out. */
    static void groups(Json deployment, Terminal terminal) {
        var states = deployment.entries("TaskGroups");
        var reverts = states.values().stream().anyMatch(state -> state.isTrue("AutoRevert"));
        var tries = states.values().stream().anyMatch(state -> state.number("DesiredCanaries") > 0);
        List<String> headings = new ArrayList<>(List.of("Task Group"));
        if (reverts) {
            headings.add("Auto Revert");
        }
        if (tries) {
            headings.add("Promoted");
        }
        headings.add("Desired");
        if (tries) {
            headings.add("Canaries");
        }
        headings.addAll(List.of("Placed", "Healthy", "Unhealthy", "Progress Deadline"));
        var table = new Table(headings);
        for (var group : states.entrySet()) {
            var state = group.getValue();
            var deadline = Times.ofText(state.text("RequireProgressBy"));
            List<String> cells = new ArrayList<>(List.of(group.getKey()));
            if (reverts) {
                cells.add(Boolean.toString(state.isTrue("AutoRevert")));
            }
            if (tries) {
                cells.add(state.number("DesiredCanaries") > 0 ? Boolean.toString(state.isTrue("Promoted")) : "N/A");
            }
            cells.add(Long.toString(state.number("DesiredTotal")));
            if (tries) {
                cells.add(Long.toString(state.number("DesiredCanaries")));
            }
            cells.add(Long.toString(state.number("PlacedAllocs")));
            cells.add(Long.toString(state.number("HealthyAllocs")));
            cells.add(Long.toString(state.number("UnhealthyAllocs")));
            cells.add(deadline.isPresent() ? terminal.time(deadline.get()) : "N/A");
            table.row(cells);
        }
        terminal.title("Deployed");
        terminal.table(table);
    }

    /** Deployments in a list. */
    public static Table table(List<Json> deployments, boolean verbose) {
        var table = new Table("ID", "Job ID", "Job Version", "Status", "Description");
        for (var deployment : deployments) {
            table.row(
                    Match.shown(deployment.text("ID"), verbose),
                    deployment.text("JobID"),
                    deployment.text("JobVersion"),
                    deployment.text("Status"),
                    deployment.text("StatusDescription"));
        }
        return table;
    }
}
