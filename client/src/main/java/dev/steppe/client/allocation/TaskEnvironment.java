package dev.steppe.client.allocation;

import dev.steppe.model.AllocatedTask;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Ids;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.PortMapping;
import dev.steppe.model.Service;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.Upstream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The environment variables of a task and what its configuration may refer to: the published {@code NOMAD_*} names,
 * {@code node.*}, {@code attr.*}, {@code meta.*} and {@code env[...]}. Later sources win: built in, then meta, then the
 * task's own {@code env}.
 */
public final class TaskEnvironment {
    private final NodeSpec node;
    private final String region;
    private final SortedMap<String, String> variables = new TreeMap<>();
    private final Interpolation interpolation = new Interpolation(this::lookup);

    /** The directories as the task sees them. */
    public record Directories(Path shared, Path local, Path secrets) {}

    /**
     * What the node adds: the allocation's own network if it has one, what tasks inherit of the agent's environment, what
     * the task's hooks prepared, the control group below which tasks have theirs, and what the task is told of the cores
     * and devices it has for itself.
     */
    public record Given(
            Directories directories,
            Optional<NetworkStatus> network,
            SortedMap<String, String> inherited,
            SortedMap<String, String> prepared,
            Optional<String> parentCgroup,
            SortedMap<String, String> hardware) {

        /** Without anything for the task alone. */
        public Given(
                Directories directories,
                Optional<NetworkStatus> network,
                SortedMap<String, String> inherited,
                SortedMap<String, String> prepared,
                Optional<String> parentCgroup) {
            this(directories, network, inherited, prepared, parentCgroup, new TreeMap<>());
        }
    }

    /** Of a task whose job a user registered. */
    public TaskEnvironment(NodeSpec node, JobSpec job, Allocation allocation, Task task, Given given) {
        this(node, job, JobOrigin.NONE, allocation, task, given);
    }

    public TaskEnvironment(
            NodeSpec node, JobSpec job, JobOrigin origin, Allocation allocation, Task task, Given given) {
        this.node = node;
        this.region = job.region();
        var group = job.group(allocation.taskGroup()).orElseThrow();
        variables.putAll(given.inherited());
        directories(given.directories());
        given.parentCgroup().ifPresent(parent -> put("NOMAD_PARENT_CGROUP", parent));
        identity(job, allocation, task);
        if (origin.isChild()) {
            put("NOMAD_JOB_PARENT_ID", origin.parentId());
        }
        resources(allocation.allocatedResources().of(task));
        variables.putAll(given.hardware());
        ports(allocation, given.network());
        upstreams(group);
        meta(job, origin, group, task);
        variables.putAll(interpolation.texts(task.env()));
        variables.putAll(given.prepared());
    }

    private void directories(Directories directories) {
        put("NOMAD_ALLOC_DIR", directories.shared().toString());
        put("NOMAD_TASK_DIR", directories.local().toString());
        put("NOMAD_SECRETS_DIR", directories.secrets().toString());
    }

    /** The published limits; the hard one only where it differs. */
    private void resources(AllocatedTask given) {
        put("NOMAD_MEMORY_LIMIT", Long.toString(given.memory().memoryMb()));
        if (given.memory().memoryMaxMb() > 0) {
            put("NOMAD_MEMORY_MAX_LIMIT", Long.toString(given.memory().memoryMaxMb()));
        }
        put("NOMAD_CPU_LIMIT", Long.toString(given.cpu().shares()));
    }

    private void identity(JobSpec job, Allocation allocation, Task task) {
        AllocationId id = allocation.id();
        put("NOMAD_ALLOC_ID", id.value());
        put("NOMAD_SHORT_ALLOC_ID", Ids.shortId(id.value()));
        put("NOMAD_ALLOC_NAME", allocation.name());
        put("NOMAD_ALLOC_INDEX", Integer.toString(allocation.index()));
        put("NOMAD_TASK_NAME", task.name());
        put("NOMAD_GROUP_NAME", allocation.taskGroup());
        put("NOMAD_JOB_ID", job.id().value());
        put("NOMAD_JOB_NAME", job.name());
        put("NOMAD_DC", node.datacenter());
        put("NOMAD_NAMESPACE", job.namespace());
        put("NOMAD_REGION", job.region());
    }

    private void ports(Allocation allocation, Optional<NetworkStatus> network) {
        for (PortMapping port : allocation.allocatedResources().shared().ports()) {
            int inside = port.to() > 0 ? port.to() : port.value();
            put("NOMAD_IP_" + port.label(), port.hostIp());
            put("NOMAD_PORT_" + port.label(), Integer.toString(inside));
            put("NOMAD_ADDR_" + port.label(), withPort(port.hostIp(), port.value()));
            put("NOMAD_HOST_IP_" + port.label(), port.hostIp());
            put("NOMAD_HOST_PORT_" + port.label(), Integer.toString(port.value()));
            put("NOMAD_HOST_ADDR_" + port.label(), withPort(port.hostIp(), port.value()));
            put("NOMAD_ALLOC_PORT_" + port.label(), Integer.toString(inside));
            network.ifPresent(own -> {
                put("NOMAD_ALLOC_IP_" + port.label(), own.address());
                put("NOMAD_ALLOC_ADDR_" + port.label(), withPort(own.address(), inside));
                own.addressIpv6().ifPresent(address -> put("NOMAD_ALLOC_IPv6_" + port.label(), address));
                put("NOMAD_ALLOC_INTERFACE_" + port.label(), own.interfaceName());
            });
        }
    }

    private static String withPort(String address, int port) {
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
    }

    private void upstreams(TaskGroup group) {
        for (Service service : group.allServices()) {
            service.sidecar().ifPresent(sidecar -> sidecar.upstreams().forEach(this::upstream));
        }
    }

    private void upstream(Upstream upstream) {
        String cleaned = upstream.destinationName().replaceAll("[^A-Za-z0-9_]", "_");
        for (String name : new String[] {upstream.destinationName(), cleaned}) {
            put("NOMAD_UPSTREAM_IP_" + name, upstream.localBindAddress());
            put("NOMAD_UPSTREAM_PORT_" + name, Integer.toString(upstream.localBindPort()));
            put("NOMAD_UPSTREAM_ADDR_" + name, withPort(upstream.localBindAddress(), upstream.localBindPort()));
        }
    }

    /** A dispatched job knows all of its optional keys: those that were not given are empty. */
    private void meta(JobSpec job, JobOrigin origin, TaskGroup group, Task task) {
        var merged = new TreeMap<String, String>();
        job.parameterized()
                .filter(config -> origin.dispatched())
                .ifPresent(config -> config.metaOptional().forEach(key -> merged.put(key, "")));
        merged.putAll(job.meta());
        merged.putAll(group.meta());
        merged.putAll(task.meta());
        interpolation.texts(merged).forEach((name, value) -> {
            put("NOMAD_META_" + name.toUpperCase(Locale.ROOT), value);
            put("NOMAD_META_" + name, value);
        });
    }

    private void put(String name, String value) {
        variables.put(name, value);
    }

    private Optional<String> lookup(String name) {
        if (name.startsWith("NOMAD_")) {
            return Optional.ofNullable(variables.get(name));
        }
        if (name.startsWith("env[") && name.endsWith("]")) {
            String variable = name.substring(4, name.length() - 1).replace("\"", "");
            return Optional.ofNullable(variables.get(variable));
        }
        if (name.startsWith("env.")) {
            return Optional.ofNullable(variables.get(name.substring(4)));
        }
        if (name.startsWith("attr.")) {
            return Optional.ofNullable(node.attributes().get(name.substring(5)));
        }
        if (name.startsWith("meta.")) {
            return Optional.ofNullable(node.meta().get(name.substring(5)));
        }
        return switch (name) {
            case "node.unique.id" -> Optional.of(node.id().value());
            case "node.unique.name" -> Optional.of(node.name());
            case "node.datacenter" -> Optional.of(node.datacenter());
            case "node.class" -> Optional.of(node.nodeClass());
            case "node.pool" -> Optional.of(node.nodePool());
            case "node.region" -> Optional.of(region);
            default -> Optional.empty();
        };
    }

    /** The complete environment, for the task. */
    public SortedMap<String, String> variables() {
        var cleaned = new TreeMap<String, String>();
        variables.forEach((name, value) -> cleaned.put(name.replaceAll("[^A-Za-z0-9_]", "_"), value));
        return cleaned;
    }

    /** The driver's configuration with everything it refers to filled in. */
    public SortedMap<String, Object> config(Task task) {
        return interpolation.config(task.config());
    }

    public SortedMap<String, String> texts(SortedMap<String, String> texts) {
        return interpolation.texts(texts);
    }

    public String text(String text) {
        return interpolation.text(text);
    }
}
