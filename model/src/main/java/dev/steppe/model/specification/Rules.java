package dev.steppe.model.specification;

import dev.steppe.model.EphemeralDisk;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.ParameterizedConfig;
import dev.steppe.model.PeriodicConfig;
import dev.steppe.model.Port;
import dev.steppe.model.Spread;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What makes a job wrong, whether Steppe does all of it or not: everything at once, each with its place. */
public final class Rules {
    private static final int UI_TEXT_MAX = 1_000;
    private static final int COUNT_MAX = 50_000;

    /** Of all groups of a sysbatch job together, since each node has as many. */
    private static final int COUNT_MAX_ON_EACH_NODE = 100;

    private static final Pattern NETWORK_MODE = Pattern.compile("host|bridge|none|cni/[A-Za-z0-9][A-Za-z0-9_.-]*");

    private final JobSpec job;
    private final Problems problems;

    private Rules(JobSpec job, Problems problems) {
        this.job = job;
        this.problems = problems;
    }

    /** Everything wrong with the job. */
    public static List<Problem> broken(JobSpec job) {
        var problems = Problems.none();
        new Rules(job, problems).check();
        return problems.all();
    }

    private void check() {
        problems.addIf(
                job.taskGroups().isEmpty(),
                "TaskGroups",
                "job \"" + job.id() + "\" has no group; add one with at least one task");
        problems.addIf(
                job.datacenters().stream().anyMatch(String::isBlank),
                "Datacenters",
                "datacenters must not hold an empty name");
        problems.distinct("TaskGroups", "group", job.taskGroups(), TaskGroup::name);
        counts();
        job.periodic().ifPresent(this::periodic);
        job.parameterized().ifPresent(this::parameterized);
        job.ui()
                .ifPresent(ui -> problems.addIf(
                        ui.description().length() > UI_TEXT_MAX,
                        "UI.Description",
                        "ui description has " + ui.description().length() + " characters; at most " + UI_TEXT_MAX
                                + " are possible"));
        var conditions = new ConstraintRules(problems, "", "");
        conditions.constraints(job.constraints());
        conditions.affinities(job.affinities());
        everywhere("", problems, !job.affinities().isEmpty(), !job.spreads().isEmpty());
        spreads(problems, job.spreads());
        int index = 0;
        for (TaskGroup group : job.taskGroups()) {
            group(group, problems.in("TaskGroups[" + index + "]", "group \"" + group.name() + "\""));
            index++;
        }
    }

    private void counts() {
        long instances = job.taskGroups().stream().mapToLong(TaskGroup::count).sum();
        boolean onEachNode = job.type() == JobType.SYSBATCH;
        int most = onEachNode ? COUNT_MAX_ON_EACH_NODE : COUNT_MAX;
        problems.addIf(
                instances > most,
                "TaskGroups",
                "the counts of all groups are " + instances + " together; at most " + most + " are possible"
                        + (onEachNode
                                ? " in a sysbatch job, which runs so many on every fitting node; write lower counts,"
                                        + " or type = \"batch\" for so many in all"
                                : ""));
    }

    /** One that can never be met: several on each node, no two of them on the same. */
    private void apart(TaskGroup group, Problems at) {
        boolean apart = Stream.concat(job.constraints().stream(), group.constraints().stream())
                .anyMatch(it -> it.operand().equals("distinct_hosts")
                        && !it.rightTarget().equals("false"));
        at.addIf(
                job.type() == JobType.SYSBATCH && group.count() > 1 && apart,
                "Count",
                "count " + group.count() + " of a sysbatch job is for each node, and distinct_hosts allows one there;"
                        + " write count = 1, or leave out distinct_hosts");
    }

    private static String lower(JobType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private void everywhere(String path, Problems at, boolean affinities, boolean spreads) {
        if (job.type() == JobType.SYSTEM) {
            at.addIf(
                    affinities,
                    path + "Affinities",
                    "affinity has no meaning: a system job runs on every fitting node");
            at.addIf(spreads, path + "Spreads", "spread has no meaning: a system job runs on every fitting node");
        }
    }

    private void onlyForJobsThatEnd(String field, String word) {
        problems.addIf(
                !job.type().ends(),
                field,
                word + " is for jobs of type batch or sysbatch, this one is of type " + lower(job.type()));
    }

    private void periodic(PeriodicConfig periodic) {
        onlyForJobsThatEnd("Periodic", "periodic");
        problems.addIf(periodic.spec().isEmpty() && periodic.specs().isEmpty(), "Periodic", "periodic needs crons");
        problems.addIf(
                !periodic.spec().isEmpty() && !periodic.specs().isEmpty(),
                "Periodic",
                "periodic has cron, the old form, and crons; write crons only");
    }

    private void parameterized(ParameterizedConfig parameterized) {
        onlyForJobsThatEnd("ParameterizedJob", "parameterized");
        problems.oneOf(
                "ParameterizedJob.Payload",
                "parameterized payload",
                parameterized.payload(),
                List.of("optional", "required", "forbidden"));
        for (String key : parameterized.metaRequired()) {
            problems.addIf(
                    parameterized.metaOptional().contains(key),
                    "ParameterizedJob.MetaOptional",
                    "parameterized meta \"" + key + "\" cannot be both required and optional");
        }
    }

    private static void spreads(Problems at, List<Spread> spreads) {
        int index = 0;
        for (Spread spread : spreads) {
            var here = at.in("Spreads[" + index + "]", "spread \"" + spread.attribute() + "\"");
            here.addIf(spread.attribute().isEmpty(), "Attribute", "attribute is missing");
            here.addIf(
                    spread.weight() < 0 || spread.weight() > 100,
                    "Weight",
                    "weight " + spread.weight() + " must be between 0 and 100");
            int sum = spread.targets().stream()
                    .mapToInt(target -> target.percent())
                    .sum();
            here.addIf(
                    sum > 100, "SpreadTarget", "the percents of all targets are " + sum + " together, more than 100");
            here.distinct("SpreadTarget", "target", spread.targets(), target -> target.value());
            index++;
        }
    }

    private void group(TaskGroup group, Problems at) {
        at.addIf(group.tasks().isEmpty(), "Tasks", "it has no task");
        at.addIf(
                job.type() == JobType.SYSTEM && group.count() > 1,
                "Count",
                "count " + group.count() + " must be 1, since a " + lower(job.type())
                        + " job runs once on every fitting node");
        at.addIf(
                !group.tasks().isEmpty()
                        && group.tasks().stream()
                                .allMatch(task -> task.lifecycle().isPresent()),
                "Tasks",
                "all its tasks have a lifecycle; at least one must be a main task without");
        var conditions = new ConstraintRules(at, "", "");
        conditions.constraints(group.constraints());
        conditions.affinities(group.affinities());
        everywhere("", at, !group.affinities().isEmpty(), !group.spreads().isEmpty());
        spreads(at, group.spreads());
        apart(group, at);
        new PolicyRules(job.type(), at).group(group);
        disk(group.ephemeralDisk(), at);
        network(group, at);
        scaling(group, at);
        at.distinct("Tasks", "task", group.tasks(), Task::name);
        at.addIf(
                group.tasks().stream().filter(Task::leader).count() > 1,
                "Tasks",
                "more than one task is the leader; one can be");
        int index = 0;
        for (Task task : group.tasks()) {
            var inner = at.in("Tasks[" + index + "]", "task \"" + task.name() + "\"");
            everywhere("", inner, !task.affinities().isEmpty(), false);
            new TaskRules(group, task, inner).check();
            index++;
        }
        VolumeRules.check(job.type(), group, at);
        new ServiceRules(group, at).check();
    }

    private static void disk(EphemeralDisk disk, Problems at) {
        at.addIf(
                disk.sizeMb() < 10,
                "EphemeralDisk.SizeMB",
                "ephemeral_disk size " + disk.sizeMb() + " must be at least 10 (MB)");
    }

    private static void scaling(TaskGroup group, Problems at) {
        group.scaling().ifPresent(scaling -> {
            int max = scaling.max().orElse(group.count());
            at.addIf(scaling.max().isEmpty(), "Scaling", "scaling needs max");
            at.addIf(
                    scaling.min() < 0 || scaling.min() > max,
                    "Scaling.Min",
                    "scaling min " + scaling.min() + " must be between 0 and max, which is " + max);
            at.addIf(
                    group.count() < scaling.min() || group.count() > max,
                    "Count",
                    "count " + group.count() + " must lie within scaling's min " + scaling.min() + " and max " + max);
        });
    }

    private static void network(TaskGroup group, Problems at) {
        at.addIf(
                group.networks().size() > 1,
                "Networks[1]",
                "it has " + group.networks().size() + " network blocks; one is possible");
        NetworkResource network = group.network();
        at.addIf(
                !NETWORK_MODE.matcher(network.mode()).matches(),
                "Networks[0].Mode",
                "network mode \"" + network.mode()
                        + "\" must be host, bridge, none, or cni/ and the name of a network");
        at.addIf(
                network.cni().isPresent() && !network.mode().startsWith("cni/"),
                "Networks[0].CNI",
                "network cni is for mode cni/NAME");
        network.cni()
                .ifPresent(cni -> cni.args()
                        .forEach((name, value) -> at.addIf(
                                !name.matches("[^;=]+") || value.contains(";"),
                                "Networks[0].CNI",
                                "network cni args \"" + name + "\": names have no ; and no =, and values no ;")));
        at.addIf(
                network.mode().equals("host") && !network.hostname().isEmpty(),
                "Networks[0].Hostname",
                "network hostname needs mode bridge; in mode host the name is the node's");
        var labels = new TreeSet<String>();
        for (Port port : network.ports()) {
            at.addIf(
                    !labels.add(port.label()),
                    "Networks[0]",
                    "port \"" + port.label() + "\" is defined twice; give each a name of its own");
        }
        for (Port port : network.reservedPorts()) {
            Optional<Port> same = network.reservedPorts().stream()
                    .filter(other -> other != port
                            && other.value() == port.value()
                            && other.hostNetwork().equals(port.hostNetwork()))
                    .findFirst();
            at.addIf(
                    same.isPresent()
                            && !port.ignoreCollision()
                            && port.label().compareTo(same.get().label()) < 0,
                    "Networks[0]",
                    "ports \"" + port.label() + "\" and \""
                            + same.map(Port::label).orElse("") + "\" both ask for static " + port.value());
        }
    }
}
