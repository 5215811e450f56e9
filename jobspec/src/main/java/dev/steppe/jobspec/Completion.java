package dev.steppe.jobspec;

import dev.steppe.language.source.SourceRange;
import dev.steppe.model.JobType;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.WorkloadIdentity;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Completes a job in the API's JSON shape with what follows from its other parts: policies from the job's type and from
 * further out, names of services and checks, networks in their old place, and other forms of earlier times.
 */
final class Completion {
    private static final String SERVICES = "Services";
    private static final String NETWORKS = "Networks";
    private static final String RESTART = "RestartPolicy";
    private static final String RESCHEDULE = "ReschedulePolicy";
    private static final String UPDATE = "Update";
    private static final String MIGRATE = "Migrate";
    private static final String IDENTITIES = "Identities";
    private static final String SCALING = "Scaling";
    private static final String COUNT = "Count";
    private static final String MIN = "Min";

    private final Findings findings;
    private final SourceRange whole;

    Completion(Findings findings, SourceRange whole) {
        this.findings = findings;
        this.whole = whole;
    }

    /** Completes a job; what stands at its level for all groups or tasks goes to them. */
    Map<String, Object> complete(Map<String, Object> job) {
        JobType type = type(job);
        Carried carried = new Carried(
                optional(job.remove("Reschedule")),
                optional(job.remove("Migrate")),
                optional(job.remove("Vault")),
                job.remove("Secrets") instanceof List<?> secrets ? secrets : List.of());
        List<Object> groups = new ArrayList<>();
        for (Object each : list(job, "TaskGroups")) {
            Map<String, Object> group = BlockReader.asMap(each);
            String path = "TaskGroups[" + groups.size() + "]";
            OldForms.group(group);
            policies(job, group, type, carried);
            scaling(group);
            tasks(job, group, path, carried);
            group.computeIfPresent(
                    SERVICES, (_, services) -> services(services, text(job, "ID") + "-" + text(group, "Name")));
            groups.add(group);
        }
        job.put("TaskGroups", groups);
        return job;
    }

    /** What the job says for all its groups or tasks. */
    private record Carried(
            Optional<Map<String, Object>> reschedule,
            Optional<Map<String, Object>> migrate,
            Optional<Map<String, Object>> vault,
            List<?> secrets) {}

    private static Optional<Map<String, Object>> optional(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? Optional.of(BlockReader.asMap(map)) : Optional.empty();
    }

    private static JobType type(Map<String, Object> job) {
        String name = text(job, "Type");
        for (JobType type : JobType.values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
                return type;
            }
        }
        return JobType.SERVICE;
    }

    private static List<?> list(Map<String, Object> map, String name) {
        return map.get(name) instanceof List<?> list ? list : List.of();
    }

    private static String text(Map<String, Object> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    /** Policies further out and the defaults of the job's type fill in what the group's leave out. */
    private void policies(Map<String, Object> job, Map<String, Object> group, JobType type, Carried carried) {
        if (group.get(RESTART) instanceof Map<?, ?> restart) {
            group.put(RESTART, filled(restart, asJson(RestartPolicy.defaultOf(type))));
        }
        if (job.get(UPDATE) instanceof Map<?, ?> update) {
            group.put(UPDATE, filled(BlockReader.asMap(group.get(UPDATE)), update));
        }
        carried.migrate()
                .ifPresent(migrate -> group.put(MIGRATE, filled(BlockReader.asMap(group.get(MIGRATE)), migrate)));
        Optional<Map<String, Object>> reschedule = carried.reschedule();
        if (group.get(RESCHEDULE) instanceof Map<?, ?> || reschedule.isPresent()) {
            Map<String, Object> written =
                    filled(BlockReader.asMap(group.get(RESCHEDULE)), reschedule.orElse(Collections.emptyMap()));
            if (written.get("Attempts") instanceof Long attempts && attempts > 0) {
                written.putIfAbsent("Unlimited", false);
            }
            group.put(RESCHEDULE, filled(written, asJson(ReschedulePolicy.defaultOf(type))));
        }
    }

    /** Without a count a group has as many as scaling wants at least, and without that at least as many as its count. */
    private static void scaling(Map<String, Object> group) {
        if (group.get(SCALING) instanceof Map<?, ?> written) {
            Map<String, Object> scaling = BlockReader.asMap(written);
            if (scaling.get(MIN) instanceof Number least) {
                group.putIfAbsent(COUNT, least);
            }
            scaling.putIfAbsent(MIN, group.get(COUNT) instanceof Number count ? count : 1L);
            group.put(SCALING, scaling);
        }
    }

    private static Map<String, Object> filled(Map<?, ?> written, Map<?, ?> others) {
        Map<String, Object> filled = BlockReader.asMap(written);
        others.forEach((name, value) -> filled.putIfAbsent(String.valueOf(name), value));
        return filled;
    }

    private static Map<String, Object> asJson(Object record) {
        try {
            return BlockReader.asMap(Codec.fromJson(Object.class, Codec.toJson(record)));
        } catch (CodecException bug) {
            throw new IllegalStateException("a default policy that cannot be read back", bug);
        }
    }

    private void tasks(Map<String, Object> job, Map<String, Object> group, String path, Carried carried) {
        List<Object> tasks = new ArrayList<>();
        String prefix = text(job, "ID") + "-" + text(group, "Name") + "-";
        for (Object each : list(group, "Tasks")) {
            Map<String, Object> task = BlockReader.asMap(each);
            OldForms.task(task);
            carried.vault().ifPresent(outer -> task.putIfAbsent("Vault", outer));
            if (!carried.secrets().isEmpty()) {
                List<Object> secrets = new ArrayList<>(carried.secrets());
                secrets.addAll(list(task, "Secrets"));
                task.put("Secrets", secrets);
            }
            identities(task);
            if (task.get(RESTART) instanceof Map<?, ?> restart) {
                Map<?, ?> outer = group.get(RESTART) instanceof Map<?, ?> ofGroup
                        ? ofGroup
                        : asJson(RestartPolicy.defaultOf(type(job)));
                task.put(RESTART, filled(restart, outer));
            }
            task.computeIfPresent(SERVICES, (_, services) -> services(services, prefix + text(task, "Name")));
            moveNetwork(task, group, path + ".Tasks[" + tasks.size() + "].Resources.Networks[0]");
            tasks.add(task);
        }
        group.put("Tasks", tasks);
    }

    /** The identity without a name is the one that every task has. */
    private static void identities(Map<String, Object> task) {
        List<Object> named = new ArrayList<>();
        for (Object each : list(task, IDENTITIES)) {
            Map<String, Object> identity = BlockReader.asMap(each);
            String name = text(identity, "Name");
            if (name.isEmpty() || name.equals(WorkloadIdentity.DEFAULT_NAME)) {
                identity.put("Name", WorkloadIdentity.DEFAULT_NAME);
                task.putIfAbsent("Identity", identity);
            } else {
                named.add(identity);
            }
        }
        if (task.containsKey(IDENTITIES)) {
            task.put(IDENTITIES, named);
        }
    }

    /** The network of a task, the old form, becomes the group's. */
    private void moveNetwork(Map<String, Object> task, Map<String, Object> group, String path) {
        Map<String, Object> resources = BlockReader.asMap(task.get("Resources"));
        if (!(resources.remove(NETWORKS) instanceof List<?> networks) || networks.isEmpty()) {
            return;
        }
        if (!list(group, NETWORKS).isEmpty()) {
            findings.error(
                    findings.placeOf(path, whole),
                    "The group has a network already",
                    "Move the ports of this network to the group's.");
            return;
        }
        findings.notice(
                findings.placeOf(path, whole),
                "A network inside of resources is an old form; it counts as the group's",
                "Move the network block into the group.");
        group.put(NETWORKS, networks);
        task.put("Resources", resources);
    }

    /** Services and checks without a name get one. */
    private static List<Object> services(Object services, String defaultName) {
        List<Object> named = new ArrayList<>();
        for (Object each : services instanceof List<?> list ? list : List.of()) {
            Map<String, Object> service = BlockReader.asMap(each);
            if (text(service, "Name").isEmpty()) {
                service.put("Name", defaultName);
            }
            List<Object> checks = new ArrayList<>();
            for (Object one : list(service, "Checks")) {
                Map<String, Object> check = BlockReader.asMap(one);
                if (text(check, "Name").isEmpty()) {
                    check.put("Name", "service: \"" + text(service, "Name") + "\" check");
                }
                checks.add(check);
            }
            service.put("Checks", checks);
            named.add(service);
        }
        return named;
    }
}
