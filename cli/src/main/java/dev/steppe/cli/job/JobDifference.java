package dev.steppe.cli.job;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;

/** Shows what differs between two versions of a job: what is new, gone or edited, and what that leads to. */
final class JobDifference {
    private static final String STEP = "  ";
    private static final List<String> NAMES = List.of("Name", "Label", "PortLabel");

    private final Terminal terminal;
    private final boolean unchangedToo;

    /** With {@code unchangedToo}, unchanged fields are shown beside the changed ones. */
    JobDifference(Terminal terminal, boolean unchangedToo) {
        this.terminal = terminal;
        this.unchangedToo = unchangedToo;
    }

    /** False when the two versions are the same. */
    static boolean isChange(Json diff) {
        return !diff.text("Type").equals("None");
    }

    void print(Json diff) {
        terminal.line(mark(diff) + terminal.bold("Job: \"" + diff.text("ID") + "\""));
        body(diff, "", isWhole(diff));
        for (var group : diff.items("TaskGroups")) {
            if (unchangedToo || isChange(group) || !group.entries("Updates").isEmpty()) {
                group(group);
            }
        }
    }

    private void group(Json group) {
        terminal.line(mark(group) + terminal.bold("Task Group: \"" + group.text("Name") + "\"") + updates(group));
        body(group, STEP, isWhole(group));
        for (var task : group.items("Tasks")) {
            if (!unchangedToo && !isChange(task)) {
                continue;
            }
            terminal.line(STEP + mark(task) + terminal.bold("Task: \"" + task.text("Name") + "\"") + notes(task));
            body(task, STEP + STEP, isWhole(task));
        }
    }

    private static String updates(Json group) {
        List<String> counts = new ArrayList<>();
        for (var update : group.entries("Updates").entrySet()) {
            counts.add(update.getValue().text() + " " + update.getKey());
        }
        return counts.isEmpty() ? "" : " (" + String.join(", ", counts) + ")";
    }

    /** New or gone as a whole: every field of it is. */
    private static boolean isWhole(Json part) {
        return part.text("Type").equals("Added") || part.text("Type").equals("Deleted");
    }

    private void body(Json part, String margin, boolean whole) {
        for (var field : part.items("Fields")) {
            if (unchangedToo || isChange(field)) {
                field(field, margin, whole);
            }
        }
        for (var object : part.items("Objects")) {
            object(object, margin, whole);
        }
    }

    private void field(Json field, String margin, boolean whole) {
        var text = field.text("Name") + ": ";
        switch (field.text("Type")) {
            case "Added" -> text += quoted(field, "New");
            case "Deleted" -> text += quoted(field, "Old");
            case "Edited" -> text += quoted(field, "Old") + " => " + quoted(field, "New");
            default -> text += quoted(field, "New");
        }
        terminal.line(margin + mark(field) + text + (whole ? "" : notes(field)));
    }

    private static String quoted(Json field, String side) {
        return '"' + field.text(side).replace("\n", "\\n") + '"';
    }

    private void object(Json object, String margin, boolean whole) {
        terminal.line(margin + mark(object) + object.text("Name") + name(object) + " {");
        body(object, margin + STEP, whole || isWhole(object));
        terminal.line(margin + "}");
    }

    /** Which of several such blocks it is, where its unchanged fields are not shown. */
    private String name(Json object) {
        for (var field : object.items("Fields")) {
            if (!unchangedToo && !isChange(field) && NAMES.contains(field.text("Name"))) {
                return " \"" + field.text("New") + "\"";
            }
        }
        return "";
    }

    private static String notes(Json part) {
        var notes = part.texts("Annotations");
        return notes.isEmpty() ? "" : " (" + String.join(", ", notes) + ")";
    }

    private String mark(Json part) {
        return switch (part.text("Type")) {
            case "Added" -> terminal.green("+") + " ";
            case "Deleted" -> terminal.red("-") + " ";
            case "Edited" -> terminal.yellow("+/-") + " ";
            default -> "";
        };
    }
}
