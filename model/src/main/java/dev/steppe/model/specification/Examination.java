package dev.steppe.model.specification;

import dev.steppe.model.JobSpec;
import dev.steppe.model.Task;
import dev.steppe.model.codec.RecordShape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the fields of a job that are said and that do not simply work, by the table of {@link Specification}. */
public final class Examination {
    private final List<Finding> findings = new ArrayList<>();

    private Examination() {}

    /** Everything in the job that is refused or met by construction, in the order of the records. */
    public static List<Finding> of(JobSpec job) {
        var examination = new Examination();
        examination.block(Specification.block(JobSpec.class), job, "", "");
        return List.copyOf(examination.findings);
    }

    private void block(Block block, Object instance, String path, String where) {
        for (RecordShape.Component component : RecordShape.of(block.type()).saidIn(instance)) {
            String inner = path.isEmpty() ? component.json() : path + "." + component.json();
            Optional<Row> row = block.row(component);
            if (row.isPresent()) {
                field(row.get(), component.of(instance), inner, where);
            } else {
                descend(component.of(instance), inner, where);
            }
        }
    }

    private void field(Row row, Object value, String path, String where) {
        switch (row.answer()) {
            case Answer.Works works -> {
                if (works.values().isEmpty()) {
                    descend(value, path, where);
                } else if (!works.values().contains(value)) {
                    String advice = works.note().isEmpty() ? "" : " (" + works.note() + ")";
                    findings.add(new Finding(
                            path,
                            where,
                            row.field() + " \"" + value + "\"",
                            "is not supported yet; use " + String.join(", ", works.values()) + advice,
                            true));
                }
            }
            case Answer.Constructed constructed ->
                findings.add(
                        new Finding(path, where, row.field(), "is met by construction: " + constructed.how(), false));
            case Answer.Refused refused ->
                findings.add(new Finding(
                        path,
                        where,
                        row.field(),
                        (refused.planned() ? "is not supported yet; " : "is not supported; ") + refused.advice(),
                        true));
        }
    }

    private void descend(Object value, String path, String where) {
        switch (value) {
            case Optional<?> optional -> optional.ifPresent(inner -> descend(inner, path, where));
            case Collection<?> list -> {
                int index = 0;
                for (Object each : list) {
                    descend(each, path + "[" + index + "]", where);
                    index++;
                }
            }
            case Map<?, ?> map -> map.forEach((key, each) -> descend(each, path + "." + key, where));
            case Record inner -> {
                if (Specification.knows(inner.getClass())) {
                    Block block = Specification.block(inner.getClass());
                    block(block, inner, path, where + around(block, inner));
                    if (inner instanceof Task task) {
                        config(task, path, where + around(block, inner));
                    }
                }
            }
            default -> {}
        }
    }

    /** What is asked of a driver that does not have it, although other versions of it do. */
    private void config(Task task, String path, String where) {
        DriverKeys.of(task.driver())
                .ifPresent(keys -> keys.withoutEffect(task.config())
                        .forEach((key, advice) -> findings.add(new Finding(
                                path + ".Config." + key,
                                where,
                                "config key \"" + key + "\"",
                                "is not supported; " + advice,
                                true))));
    }

    /** How messages speak of a block: with its name, where it has one. */
    private static String around(Block block, Object instance) {
        for (RecordShape.Component component : RecordShape.of(block.type()).components()) {
            boolean naming = component.name().equals("name")
                    || component.name().equals("label")
                    || component.name().equals("destinationName");
            if (naming && component.of(instance) instanceof String name && !name.isEmpty()) {
                return block.name() + " \"" + name + "\": ";
            }
        }
        return block.name() + ": ";
    }
}
