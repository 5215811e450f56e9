package dev.steppe.api.metrics;

import java.util.List;

/** The table of everything that is measured: name, kind, labels and meaning. The document docs/metrics.md is made of it. */
public enum Metric {
    ALLOCATIONS_PENDING(
            "nomad.client.allocations.pending",
            Kind.GAUGE,
            Labels.NODE,
            "allocations of this node that are about to run"),
    ALLOCATIONS_RUNNING(
            "nomad.client.allocations.running", Kind.GAUGE, Labels.NODE, "allocations of this node that run"),
    ALLOCATIONS_TERMINAL(
            "nomad.client.allocations.terminal",
            Kind.GAUGE,
            Labels.NODE,
            "allocations of this node that have ended and are still known"),
    ALLOCS_RUNNING(
            "nomad.client.allocs.running",
            Kind.GAUGE,
            Labels.NODE,
            "the same as nomad.client.allocations.running, in its other name"),
    ALLOCS_COMPLETE(
            "nomad.client.allocs.complete", Kind.COUNTER, Labels.NODE, "allocations of this node that ended well"),
    ALLOCS_FAILED("nomad.client.allocs.failed", Kind.COUNTER, Labels.NODE, "allocations of this node that failed"),
    ALLOCS_RESTART("nomad.client.allocs.restart", Kind.COUNTER, Labels.NODE, "restarts of tasks on this node"),
    ALLOCATED_CPU("nomad.client.allocated.cpu", Kind.GAUGE, Labels.NODE, "MHz given to allocations"),
    ALLOCATED_MEMORY("nomad.client.allocated.memory", Kind.GAUGE, Labels.NODE, "megabytes given to allocations"),
    ALLOCATED_DISK("nomad.client.allocated.disk", Kind.GAUGE, Labels.NODE, "megabytes of disk given to allocations"),
    UNALLOCATED_CPU("nomad.client.unallocated.cpu", Kind.GAUGE, Labels.NODE, "MHz that are left"),
    UNALLOCATED_MEMORY("nomad.client.unallocated.memory", Kind.GAUGE, Labels.NODE, "megabytes that are left"),
    UNALLOCATED_DISK("nomad.client.unallocated.disk", Kind.GAUGE, Labels.NODE, "megabytes of disk that are left"),
    TASK_CPU_ALLOCATED("nomad.client.allocs.cpu.allocated", Kind.GAUGE, Labels.TASK, "MHz given to the task"),
    TASK_CPU_PERCENT(
            "nomad.client.allocs.cpu.total_percent",
            Kind.GAUGE,
            Labels.TASK,
            "percent of one core used since the scrape before"),
    TASK_CPU_TICKS("nomad.client.allocs.cpu.total_ticks", Kind.GAUGE, Labels.TASK, "MHz used since the scrape before"),
    TASK_CPU_SECONDS(
            "nomad.client.allocs.cpu.seconds",
            Kind.COUNTER,
            Labels.TASK,
            "seconds of processor time used since the task's start"),
    TASK_MEMORY_ALLOCATED("nomad.client.allocs.memory.allocated", Kind.GAUGE, Labels.TASK, "bytes given to the task"),
    TASK_MEMORY_USAGE("nomad.client.allocs.memory.usage", Kind.GAUGE, Labels.TASK, "bytes the task uses"),
    TASK_MEMORY_MAX_USAGE(
            "nomad.client.allocs.memory.max_usage", Kind.GAUGE, Labels.TASK, "the most bytes the task ever used"),
    TASK_PROCESSES("nomad.client.allocs.processes", Kind.GAUGE, Labels.TASK, "processes of the task"),
    HOST_MEMORY_TOTAL("nomad.client.host.memory.total", Kind.GAUGE, Labels.NODE, "bytes of memory the machine has"),
    HOST_MEMORY_AVAILABLE(
            "nomad.client.host.memory.available",
            Kind.GAUGE,
            Labels.NODE,
            "bytes of memory that programs can still get"),
    HOST_MEMORY_FREE(
            "nomad.client.host.memory.free", Kind.GAUGE, Labels.NODE, "bytes of memory nothing uses, not even a cache"),
    HOST_MEMORY_USED("nomad.client.host.memory.used", Kind.GAUGE, Labels.NODE, "bytes of memory in use by programs"),
    HOST_CPU_PERCENT(
            "nomad.client.host.cpu.total_percent",
            Kind.GAUGE,
            Labels.CORE,
            "percent of time a processor was busy since the scrape before"),
    HOST_CPU_IDLE(
            "nomad.client.host.cpu.idle",
            Kind.GAUGE,
            Labels.CORE,
            "percent of time a processor was idle since the scrape before"),
    HOST_DISK_SIZE(
            "nomad.client.host.disk.size",
            Kind.GAUGE,
            Labels.DISK,
            "bytes of the file system the data of allocations is on"),
    HOST_DISK_AVAILABLE("nomad.client.host.disk.available", Kind.GAUGE, Labels.DISK, "bytes left on it"),
    HOST_DISK_USED("nomad.client.host.disk.used", Kind.GAUGE, Labels.DISK, "bytes in use on it"),
    HOST_DISK_PERCENT("nomad.client.host.disk.used_percent", Kind.GAUGE, Labels.DISK, "percent of it in use"),
    UPTIME("nomad.client.uptime", Kind.GAUGE, Labels.NODE, "seconds since the machine started"),
    BROKER_READY(
            "nomad.nomad.broker.total_ready",
            Kind.GAUGE,
            Labels.NONE,
            "evaluations that a scheduler is to look at now"),
    BROKER_WAITING("nomad.nomad.broker.total_waiting", Kind.GAUGE, Labels.NONE, "evaluations whose time has not come"),
    BROKER_BLOCKED("nomad.nomad.broker.total_blocked", Kind.GAUGE, Labels.NONE, "evaluations that wait for room"),
    BLOCKED(
            "nomad.nomad.blocked_evals.total_blocked",
            Kind.GAUGE,
            Labels.NONE,
            "the same as nomad.nomad.broker.total_blocked, in its other name"),
    EVALUATION_TIME(
            "nomad.nomad.broker.process_time",
            Kind.SAMPLE,
            Labels.NONE,
            "milliseconds from an evaluation's creation to its end"),
    SUMMARY_QUEUED(
            "nomad.nomad.job_summary.queued", Kind.GAUGE, Labels.GROUP, "instances of a group that have no place"),
    SUMMARY_STARTING("nomad.nomad.job_summary.starting", Kind.GAUGE, Labels.GROUP, "instances of a group that start"),
    SUMMARY_RUNNING("nomad.nomad.job_summary.running", Kind.GAUGE, Labels.GROUP, "instances of a group that run"),
    SUMMARY_FAILED("nomad.nomad.job_summary.failed", Kind.GAUGE, Labels.GROUP, "instances of a group that failed"),
    SUMMARY_COMPLETE(
            "nomad.nomad.job_summary.complete", Kind.GAUGE, Labels.GROUP, "instances of a group that ended well"),
    SUMMARY_LOST("nomad.nomad.job_summary.lost", Kind.GAUGE, Labels.GROUP, "instances of a group whose node is gone"),
    SUMMARY_UNKNOWN(
            "nomad.nomad.job_summary.unknown",
            Kind.GAUGE,
            Labels.GROUP,
            "instances of a group of which nothing is heard"),
    JOBS_PENDING("nomad.nomad.job_status.pending", Kind.GAUGE, Labels.NONE, "jobs that wait for a scheduler"),
    JOBS_RUNNING("nomad.nomad.job_status.running", Kind.GAUGE, Labels.NONE, "jobs that run"),
    JOBS_DEAD("nomad.nomad.job_status.dead", Kind.GAUGE, Labels.NONE, "jobs that are over"),
    NODES_READY("nomad.nomad.heartbeat.active", Kind.GAUGE, Labels.NONE, "nodes that are ready"),
    LEADER_KNOWN("nomad.autopilot.healthy", Kind.GAUGE, Labels.NONE, "1 when this server knows a leader, else 0"),
    RAFT_APPLIED("nomad.raft.appliedIndex", Kind.GAUGE, Labels.NONE, "index of the newest applied command"),
    RAFT_APPLY("nomad.raft.apply", Kind.COUNTER, Labels.NONE, "commands applied since this agent started"),
    EVENTS(
            "nomad.nomad.event_broker.events",
            Kind.COUNTER,
            Labels.NONE,
            "changes of the state since this agent started"),
    HTTP_REQUEST(
            "nomad.agent.http.request",
            Kind.SAMPLE,
            Labels.HTTP,
            "milliseconds to handle a request of the API, without the time it waits for news"),
    HEAP_USED("nomad.runtime.alloc_bytes", Kind.GAUGE, Labels.NONE, "bytes in use on the heap of the agent"),
    MEMORY_HELD(
            "nomad.runtime.sys_bytes",
            Kind.GAUGE,
            Labels.NONE,
            "bytes of memory the agent's Java runtime holds, heap and other"),
    THREADS("nomad.runtime.num_threads", Kind.GAUGE, Labels.NONE, "threads of the operating system in the agent"),
    COLLECTIONS(
            "nomad.runtime.total_gc_runs",
            Kind.COUNTER,
            Labels.NONE,
            "collections of garbage since this agent started"),
    COLLECTION_TIME("nomad.runtime.total_gc_pause_ns", Kind.COUNTER, Labels.NONE, "nanoseconds spent on them");

    /** What the value does. */
    public enum Kind {
        /** Goes up and down. */
        GAUGE,
        /** Counts up from the start of what it counts. */
        COUNTER,
        /** How many there were, and their sum. */
        SAMPLE
    }

    /** Names of labels, one after the other: constants of an enum hold no collections. */
    private static final class Labels {
        private static final String NONE = "";
        private static final String NODE = "node_id datacenter node_class node_pool";
        private static final String CORE = NODE + " cpu";
        private static final String DISK = NODE + " disk";
        private static final String TASK = NODE + " namespace job task_group task alloc_id";
        private static final String GROUP = "namespace job task_group";
        private static final String HTTP = "method";
    }

    private final String dotted;
    private final Kind kind;
    private final String labels;
    private final String help;

    Metric(String dotted, Kind kind, String labels, String help) {
        this.dotted = dotted;
        this.kind = kind;
        this.labels = labels;
        this.help = help;
    }

    /** The name with dots, as in JSON. */
    public String dotted() {
        return dotted;
    }

    /** The name as Prometheus writes it. */
    public String underscored() {
        return dotted.replace('.', '_');
    }

    public Kind kind() {
        return kind;
    }

    /** The names of its labels. */
    public List<String> labels() {
        return labels.isEmpty() ? List.of() : List.of(labels.split(" "));
    }

    public String help() {
        return help;
    }
}
