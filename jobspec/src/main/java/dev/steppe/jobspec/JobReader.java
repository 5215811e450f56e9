package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.model.JobSpec;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.Task;
import dev.steppe.model.Vault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the job block. Short forms at its level are carried to where they take effect: a task becomes a group of its own,
 * vault goes to every task, update and reschedule to every group.
 */
final class JobReader {
    private static final List<String> CARRIED = List.of("task", "vault", "reschedule");

    private final BlockReader reader;
    private final Findings findings;

    JobReader(BlockReader reader, Findings findings) {
        this.reader = reader;
        this.findings = findings;
    }

    Map<String, Object> read(OpenBlock block) {
        List<Body.Item> own = new ArrayList<>();
        List<OpenBlock> carried = new ArrayList<>();
        for (Body.Item item : block.body().items()) {
            if (item instanceof Body.Block inner && CARRIED.contains(inner.type())) {
                carried.add(OpenBlock.of(inner, block.scope()));
            } else {
                own.add(item);
            }
        }
        Body body = new Body(own, block.body().range());
        Map<String, Object> job = reader.read(
                JobSpec.class, new OpenBlock(block.type(), block.labels(), body, block.scope(), block.range()), "");
        List<Object> groups = new ArrayList<>();
        if (job.get("TaskGroups") instanceof List<?> known) {
            groups.addAll(known);
        }
        Optional<Map<String, Object>> vault = Optional.empty();
        Optional<Map<String, Object>> reschedule = Optional.empty();
        for (OpenBlock inner : carried) {
            switch (inner.type()) {
                case "task" -> groups.add(group(inner, groups.size()));
                case "vault" -> vault = Optional.of(reader.read(Vault.class, inner, "Vault"));
                default -> reschedule = Optional.of(reader.read(ReschedulePolicy.class, inner, "ReschedulePolicy"));
            }
        }
        job.put("TaskGroups", groups);
        if (groups.isEmpty()) {
            findings.error(block.range(), "The job has no group", "Write group \"name\" { task \"name\" { ... } }.");
        }
        return new Completion(findings, block.range()).complete(job, vault, reschedule);
    }

    private Map<String, Object> group(OpenBlock task, int index) {
        Map<String, Object> group = new LinkedHashMap<>();
        String path = "TaskGroups[" + index + "]";
        findings.place(path, task.range());
        Map<String, Object> only = reader.read(Task.class, task, path + ".Tasks[0]");
        group.put("Name", only.getOrDefault("Name", ""));
        group.put("Tasks", List.of(only));
        return group;
    }
}
