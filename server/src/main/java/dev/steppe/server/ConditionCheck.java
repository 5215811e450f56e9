package dev.steppe.server;

import dev.steppe.language.pattern.InvalidPatternException;
import dev.steppe.language.pattern.LinearPattern;
import dev.steppe.language.version.VersionConstraints;
import dev.steppe.model.Affinity;
import dev.steppe.model.Constraint;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Task;
import java.util.ArrayList;
import java.util.List;

/** Finds constraints and affinities of a job that could never hold, because what they ask for cannot be read. */
final class ConditionCheck {
    private final List<String> problems = new ArrayList<>();

    private ConditionCheck() {}

    static List<String> problems(JobSpec job) {
        var check = new ConditionCheck();
        check.look("", job.constraints(), job.affinities());
        job.taskGroups().forEach(group -> {
            String where = "group \"" + group.name() + "\": ";
            check.look(where, group.constraints(), group.affinities());
            group.tasks().forEach(task -> check.look(where, task));
        });
        return check.problems;
    }

    private void look(String group, Task task) {
        String where = group + "task \"" + task.name() + "\": ";
        look(where, task.constraints(), task.affinities());
        task.resources()
                .devices()
                .forEach(device ->
                        look(where + "device \"" + device.name() + "\": ", device.constraints(), device.affinities()));
    }

    private void look(String where, List<Constraint> constraints, List<Affinity> affinities) {
        constraints.forEach(it -> look(where, it.operand(), it.rightTarget()));
        affinities.forEach(it -> look(where, it.operand(), it.rightTarget()));
    }

    private void look(String where, String operand, String value) {
        if (value.contains("${")) {
            return;
        }
        try {
            switch (operand) {
                case "regexp" -> LinearPattern.compile(value);
                case "version" -> VersionConstraints.parse(value, VersionConstraints.Dialect.VERSION);
                case "semver" -> VersionConstraints.parse(value, VersionConstraints.Dialect.SEMVER);
                default -> {
                    // any text will do
                }
            }
        } catch (InvalidPatternException wrong) {
            problems.add(where + "regexp \"" + shortened(value) + "\" is no regular expression: " + wrong.reason());
        } catch (VersionConstraints.InvalidConstraintException wrong) {
            problems.add(where + operand + ": " + wrong.getMessage());
        }
    }

    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }
}
