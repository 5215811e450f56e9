package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MigrateStrategy;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.Secret;
import dev.steppe.model.Task;
import dev.steppe.model.Vault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the job block. Short forms at its level are carried to where they take effect: a task becomes a group of its own,
 * vault and secrets go to every task, policies to every group.
 */
final class JobReader {
    private static final List<String> CARRIED = List.of("task", "vault", "secret", "reschedule", "migrate");

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
        List<Object> secrets = new ArrayList<>();
        for (OpenBlock inner : carried) {
            switch (inner.type()) {
                case "task" -> groups.add(group(inner, groups.size()));
                case "vault" -> job.put("Vault", reader.read(Vault.class, inner, "Vault"));
                case "secret" -> secrets.add(reader.read(Secret.class, inner, "Secrets"));
                case "migrate" -> job.put("Migrate", reader.read(MigrateStrategy.class, inner, "Migrate"));
                default -> job.put("Reschedule", reader.read(ReschedulePolicy.class, inner, "ReschedulePolicy"));
            }
        }
        if (!secrets.isEmpty()) {
            job.put("Secrets", secrets);
        }
        job.put("TaskGroups", groups);
        return new Completion(findings, block.range()).complete(job);
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
