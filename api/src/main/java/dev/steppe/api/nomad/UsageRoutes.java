package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.client.node.HostUsage;
import dev.steppe.model.Allocation;
import dev.steppe.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What tasks and nodes use, as official clients read it. Processor time is told as a rate, so it is looked at twice. */
final class UsageRoutes {
    private static final Duration SAMPLE = Duration.ofMillis(200);

    private final Region region;
    private final Optional<LocalNode> node;

    UsageRoutes(Region region, Optional<LocalNode> node) {
        this.region = region;
        this.node = node;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/client/allocation/{id}/stats", Right.READ_JOB, this::ofAllocation),
                Route.get("/v1/client/stats", Right.READ_NODES, this::ofNode));
    }

    private Response ofAllocation(Request request) throws Refused, InterruptedException {
        var allocation = Here.allocation(region, node, request);
        var before = usage(allocation);
        long beforeNanos = System.nanoTime();
        Thread.sleep(SAMPLE);
        var after = usage(allocation);
        double seconds = (System.nanoTime() - beforeNanos) / 1e9;
        var samples = new TreeMap<String, Sample>();
        after.forEach((task, used) -> {
            var cpuBefore = before.getOrDefault(task, used).cpuTime();
            samples.put(task, new Sample(used.cpuTime().minus(cpuBefore).toNanos() / 1e7 / seconds, used));
        });
        var wanted = request.query().text("task");
        if (wanted.isPresent() && !samples.containsKey(wanted.get())) {
            throw Refused.notFound("unknown task name \"" + wanted.get() + "\"");
        }
        wanted.ifPresent(task -> samples.keySet().retainAll(List.of(task)));
        return Reads.json(statistics(samples, megaHertzPerProcessor(allocation.nodeId()), timestampNanos()));
    }

    private Response ofNode(Request request) throws Refused, IOException, InterruptedException {
        var here = node.orElseThrow(() -> Refused.notFound("this agent is no node: ask the node's own agent"));
        var wanted = request.query().text("node_id");
        if (wanted.isPresent() && !here.id().value().startsWith(wanted.get())) {
            throw Refused.notFound("node " + wanted.get() + " is not the node of this agent, which is " + here.id()
                    + ": ask the node's own agent");
        }
        var before = HostUsage.Ticks.now();
        Thread.sleep(SAMPLE);
        var usage = here.hostUsage(before);
        var reply = new TreeMap<String, Object>();
        reply.put("Memory", memory(usage.memory()));
        reply.put("CPU", usage.processors().stream().map(UsageRoutes::processor).toList());
        reply.put("DiskStats", List.of(disk(usage.allocationDisk())));
        reply.put("AllocDirStats", disk(usage.allocationDisk()));
        reply.put("DeviceStats", List.of());
        reply.put("Uptime", usage.uptime().toSeconds());
        double busy = usage.processors().stream()
                .mapToDouble(each -> 100 - each.idle())
                .sum();
        reply.put("CPUTicksConsumed", busy / 100 * megaHertzPerProcessor(here.id()));
        reply.put("Timestamp", timestampNanos());
        return Reads.json(reply);
    }

    private SortedMap<String, TaskUsage> usage(Allocation allocation) throws Refused {
        return node.flatMap(here -> here.usageOf(allocation.id()))
                .orElseThrow(() -> Refused.notFound("allocation " + allocation.id() + " does not run on this node"));
    }

    private double megaHertzPerProcessor(NodeId id) {
        return node.flatMap(LocalNode::cpu)
                .or(() -> region.snapshot()
                        .node(id)
                        .map(found -> found.spec().capacity().cpu()))
                .filter(cpu -> cpu.cores() > 0)
                .map(cpu -> (double) cpu.megaHertz() / cpu.cores())
                .orElse(0.0);
    }

    private static long timestampNanos() {
        return System.currentTimeMillis() * 1_000_000;
    }

    private record Sample(double cpuPercent, TaskUsage usage) {
        Sample plus(Sample other) {
            return new Sample(cpuPercent + other.cpuPercent, usage.plus(other.usage));
        }
    }

    private static Object statistics(SortedMap<String, Sample> samples, double megaHertz, long timestampNanos) {
        var tasks = new TreeMap<String, Object>();
        samples.forEach((name, sample) -> {
            var task = new TreeMap<String, Object>();
            task.put("ResourceUsage", resources(sample, megaHertz));
            task.put("Timestamp", timestampNanos);
            task.put("Pids", new TreeMap<String, Object>());
            tasks.put(name, task);
        });
        var total = samples.values().stream().reduce(new Sample(0, TaskUsage.none()), Sample::plus);
        var reply = new TreeMap<String, Object>();
        reply.put("ResourceUsage", resources(total, megaHertz));
        reply.put("Tasks", tasks);
        reply.put("Timestamp", timestampNanos);
        return reply;
    }

    private static Object resources(Sample sample, double megaHertz) {
        var usage = sample.usage;
        var memory = new TreeMap<String, Object>();
        memory.put("RSS", usage.residentBytes());
        memory.put("Cache", usage.cacheBytes());
        memory.put("Usage", usage.memoryBytes());
        memory.put("MaxUsage", usage.memoryPeakBytes());
        memory.put("Measured", List.of("RSS", "Cache", "Usage", "Max Usage"));
        var cpu = new TreeMap<String, Object>();
        cpu.put("Percent", sample.cpuPercent);
        cpu.put("TotalTicks", sample.cpuPercent / 100 * megaHertz);
        cpu.put("ThrottledPeriods", usage.throttledPeriods());
        cpu.put("ThrottledTime", usage.throttledTime().toNanos());
        cpu.put("Measured", List.of("Throttled Periods", "Throttled Time", "Percent"));
        var resources = new TreeMap<String, Object>();
        resources.put("MemoryStats", memory);
        resources.put("CpuStats", cpu);
        resources.put("DeviceStats", List.of());
        resources.put("Processes", usage.processes());
        return resources;
    }

    private static Object memory(HostUsage.Memory memory) {
        var shown = new TreeMap<String, Object>();
        shown.put("Total", memory.total());
        shown.put("Available", memory.available());
        shown.put("Used", memory.used());
        shown.put("Free", memory.free());
        return shown;
    }

    private static Object processor(HostUsage.Processor processor) {
        var shown = new TreeMap<String, Object>();
        shown.put("CPU", processor.name());
        shown.put("User", processor.user());
        shown.put("System", processor.system());
        shown.put("Idle", processor.idle());
        shown.put("TotalPercent", 100 - processor.idle());
        return shown;
    }

    private static Object disk(HostUsage.Disk disk) {
        var shown = new TreeMap<String, Object>();
        shown.put("Device", disk.device());
        shown.put("Mountpoint", disk.mountPoint());
        shown.put("Size", disk.size());
        shown.put("Used", disk.used());
        shown.put("Available", disk.available());
        shown.put("UsedPercent", disk.usedPercent());
        return shown;
    }
}
