package dev.steppe.scheduler;

import dev.steppe.model.Constraint;
import dev.steppe.model.ConstraintOperators;
import dev.steppe.model.JavaChoice;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.Port;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.VolumeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The conditions of a group that a node meets or not, whatever runs on it. */
final class Feasibility {
    private final JobSpec job;
    private final TaskGroup group;
    private final List<Constraint> constraints;
    private final List<Condition> conditions;
    private final HardwareFit hardware;
    private final List<Glob> datacenters;

    Feasibility(JobSpec job, TaskGroup group) {
        this.job = job;
        this.group = group;
        this.hardware = new HardwareFit(group, false);
        this.datacenters = job.datacenters().stream().map(Glob::new).toList();
        var all = new ArrayList<Constraint>(job.constraints());
        all.addAll(group.constraints());
        group.tasks().forEach(task -> all.addAll(task.constraints()));
        this.constraints = all;
        this.conditions = all.stream()
                .filter(constraint -> !ConstraintOperators.OF_PLACEMENTS.contains(constraint.operand()))
                .map(constraint -> new Condition(constraint, job.region()))
                .toList();
    }

    /** True when the answer is the same for all nodes of a kind, as {@code Fleet} knows them. */
    boolean isByKind() {
        return !hardware.asksForIds()
                && constraints.stream().noneMatch(it -> Target.isOwn(it.leftTarget()) || Target.isOwn(it.rightTarget()))
                && group.network().ports().stream().noneMatch(port -> Target.isOwn(port.hostNetwork()));
    }

    /** The first condition the node does not meet. */
    Optional<Refusal> refusal(Node node) {
        return membership(node)
                .or(() -> drivers(node))
                .or(() -> java(node))
                .or(() -> network(node))
                .or(() -> constraints(node))
                .or(() -> hardware.neverFits(node))
                .or(() -> volumes(node));
    }

    /**
     * The first condition the node does not meet any more for what runs there already. Drivers, networks, devices and volumes
     * matter when an instance starts; and while a driver is away, so is what the node tells of it.
     */
    Optional<Refusal> refusalOfRunning(Node node) {
        return membership(node).or(() -> drivers(node).isPresent() ? Optional.empty() : constraints(node));
    }

    /** The constraints that look at where other instances are. */
    List<Constraint> ofPlacements() {
        return constraints.stream()
                .filter(constraint -> ConstraintOperators.OF_PLACEMENTS.contains(constraint.operand()))
                .toList();
    }

    private Optional<Refusal> membership(Node node) {
        String datacenter = node.spec().datacenter();
        if (datacenters.stream().noneMatch(glob -> glob.matches(datacenter))) {
            return Optional.of(Refusal.filtered(
                    "datacenter", "datacenter is \"" + datacenter + "\", the job asks for " + job.datacenters()));
        }
        if (!job.nodePool().equals("all") && !job.nodePool().equals(node.spec().nodePool())) {
            return Optional.of(Refusal.filtered(
                    "node pool",
                    "node pool is \"" + node.spec().nodePool() + "\", the job asks for \"" + job.nodePool() + "\""));
        }
        return Optional.empty();
    }

    private Optional<Refusal> drivers(Node node) {
        for (Task task : group.tasks()) {
            var driver = node.spec().drivers().get(task.driver());
            if (driver == null || !driver.detected()) {
                return Optional.of(Refusal.filtered(
                        "missing drivers",
                        "driver \"" + task.driver() + "\" of task \"" + task.name() + "\" is not available"
                                + (driver == null || driver.healthDescription().isEmpty()
                                        ? ""
                                        : " (" + driver.healthDescription() + ")")));
            }
            if (!driver.healthy()) {
                return Optional.of(Refusal.filtered(
                        "unhealthy drivers",
                        "driver \"" + task.driver() + "\" is not healthy: " + driver.healthDescription()));
            }
        }
        return Optional.empty();
    }

    /** A version that is only known on the node, such as one from its environment, is looked for there. */
    private Optional<Refusal> java(Node node) {
        String offered = node.spec().attributes().getOrDefault(JavaChoice.ATTRIBUTE, "");
        for (Task task : group.tasks()) {
            var wish = JavaChoice.of(task.config())
                    .filter(it -> task.driver().equals("java") && it.problem().isEmpty());
            if (wish.isPresent() && !wish.get().isAmong(offered)) {
                return Optional.of(Refusal.filtered(
                        "missing Java version",
                        "task \"" + task.name() + "\" asks for Java "
                                + wish.get().version() + ", the node has " + offered));
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> network(Node node) {
        String mode = group.network().mode();
        String offered = node.spec().attributes().getOrDefault("network.modes", "host");
        if (!List.of(offered.split(",")).contains(mode)) {
            return Optional.of(Refusal.filtered(
                    "missing network",
                    "network mode \"" + mode + "\" is not possible there, only " + offered
                            + " (see the node's steppe doctor)"));
        }
        for (Port port : group.network().ports()) {
            String name = Target.resolve(port.hostNetwork(), node).orElse("");
            if (!name.equals("default") && !node.spec().hostNetworks().containsKey(name)) {
                return Optional.of(Refusal.filtered(
                        "missing host network \"" + name + "\" for port \"" + port.label() + "\"",
                        "host network \"" + name + "\" of port \"" + port.label() + "\" is not configured"));
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> volumes(Node node) {
        var offered = node.spec().hostVolumes();
        for (Map.Entry<String, VolumeRequest> entry : group.volumes().entrySet()) {
            var volume = entry.getValue();
            var found = offered.get(volume.source());
            if (found == null) {
                return Optional.of(Refusal.filtered(
                        "missing compatible host volumes",
                        "host volume \"" + volume.source() + "\" of volume \"" + entry.getKey()
                                + "\" is not configured there, "
                                + (offered.isEmpty()
                                        ? "nor is any other"
                                        : "only " + String.join(", ", offered.keySet()))));
            }
            if (found.readOnly() && !volume.readOnly()) {
                return Optional.of(Refusal.filtered(
                        "missing compatible host volumes",
                        "host volume \"" + volume.source() + "\" is read-only there, and volume \"" + entry.getKey()
                                + "\" asks to write (read_only = true would do)"));
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> constraints(Node node) {
        for (Condition condition : conditions) {
            if (!condition.holds(node)) {
                return Optional.of(Refusal.filtered(
                        condition.said(),
                        "constraint " + condition.said() + ": the value there is "
                                + condition
                                        .value(node)
                                        .map(value -> "\"" + value + "\"")
                                        .orElse("not set")));
            }
        }
        return Optional.empty();
    }
}
