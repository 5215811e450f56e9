package dev.steppe.api.metrics;

import dev.steppe.api.LocalNode;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What this agent's node has, gave and uses. Rates are those since the time before that somebody asked, so the first answer
 * has none. One caller at a time.
 */
final class NodeReadings {
    private final Optional<LocalNode> local;
    private Map<String, Used> tasksBefore = new TreeMap<>();
    private Map<String, Busy> coresBefore = new TreeMap<>();

    private record Used(Duration cpu, long atNanos) {}

    private record Busy(long busy, long total) {}

    NodeReadings(Optional<LocalNode> local) {
        this.local = local;
    }

    /** The values of the labels that all metrics of a node begin with. */
    static String[] labels(Snapshot snapshot, NodeId id) {
        var spec = snapshot.node(id).map(Node::spec);
        return new String[] {
            id.value(),
            spec.map(it -> it.datacenter()).orElse(""),
            spec.map(it -> it.nodeClass()).orElse(""),
            spec.map(it -> it.nodePool()).orElse("")
        };
    }

    synchronized void add(Snapshot snapshot, List<Reading> readings) {
        if (local.isEmpty()) {
            return;
        }
        var id = local.get().id();
        var labels = List.of(labels(snapshot, id));
        var allocations = snapshot.allocationsOn(id);
        states(allocations, labels, readings);
        snapshot.node(id).ifPresent(node -> capacity(snapshot, node, labels, readings));
        tasks(snapshot, allocations, labels, readings);
        memory(labels, readings);
        cores(labels, readings);
        disk(allocations, labels, readings);
        first(Path.of("/proc/uptime"))
                .ifPresent(line ->
                        readings.add(Reading.of(Metric.UPTIME, labels, Double.parseDouble(line.split(" ", 2)[0]))));
    }

    private static void states(List<Allocation> allocations, List<String> labels, List<Reading> readings) {
        long running = count(allocations, ClientStatus.RUNNING);
        readings.add(Reading.of(Metric.ALLOCATIONS_PENDING, labels, count(allocations, ClientStatus.PENDING)));
        readings.add(Reading.of(Metric.ALLOCATIONS_RUNNING, labels, running));
        readings.add(Reading.of(Metric.ALLOCS_RUNNING, labels, running));
        readings.add(Reading.of(
                Metric.ALLOCATIONS_TERMINAL,
                labels,
                allocations.stream()
                        .filter(it -> it.client().status().isTerminal())
                        .count()));
    }

    private static long count(List<Allocation> allocations, ClientStatus status) {
        return allocations.stream()
                .filter(allocation -> allocation.client().status() == status)
                .count();
    }

    private static void capacity(Snapshot snapshot, Node node, List<String> labels, List<Reading> readings) {
        var used = snapshot.usage(node.id());
        var has = node.spec().capacity();
        readings.add(Reading.of(Metric.ALLOCATED_CPU, labels, used.cpuMegaHertz()));
        readings.add(Reading.of(Metric.ALLOCATED_MEMORY, labels, used.memoryMb()));
        readings.add(Reading.of(Metric.ALLOCATED_DISK, labels, used.diskMb()));
        readings.add(Reading.of(Metric.UNALLOCATED_CPU, labels, has.cpu().megaHertz() - used.cpuMegaHertz()));
        readings.add(Reading.of(Metric.UNALLOCATED_MEMORY, labels, has.memory().memoryMb() - used.memoryMb()));
        readings.add(Reading.of(Metric.UNALLOCATED_DISK, labels, has.disk().diskMb() - used.diskMb()));
    }

    private void tasks(Snapshot snapshot, List<Allocation> allocations, List<String> node, List<Reading> readings) {
        double megaHertzPerCore = allocations.isEmpty()
                ? 0
                : snapshot.node(allocations.getFirst().nodeId())
                        .map(it -> it.spec().capacity().cpu())
                        .map(cpu -> (double) cpu.megaHertz() / Math.max(1, cpu.cores()))
                        .orElse(0.0);
        var now = new TreeMap<String, Used>();
        for (Allocation allocation : allocations) {
            if (allocation.isTerminal()) {
                continue;
            }
            var usages = local.orElseThrow().usageOf(allocation.id());
            usages.ifPresent(tasks -> tasks.forEach((task, usage) -> {
                var labels = new ArrayList<>(node);
                labels.addAll(List.of(
                        allocation.namespace(),
                        allocation.jobId().value(),
                        allocation.taskGroup(),
                        task,
                        allocation.id().value()));
                given(allocation, task, labels, readings);
                used(usage, labels, readings);
                rate(usage, labels, megaHertzPerCore, now, readings);
            }));
        }
        tasksBefore = now;
    }

    private static void given(Allocation allocation, String task, List<String> labels, List<Reading> readings) {
        var given = allocation.allocatedResources().tasks().get(task);
        if (given != null) {
            readings.add(
                    Reading.of(Metric.TASK_CPU_ALLOCATED, labels, given.cpu().shares()));
            readings.add(Reading.of(
                    Metric.TASK_MEMORY_ALLOCATED, labels, given.memory().memoryMb() * 1_048_576.0));
        }
    }

    private static void used(TaskUsage usage, List<String> labels, List<Reading> readings) {
        readings.add(Reading.of(Metric.TASK_CPU_SECONDS, labels, usage.cpuTime().toNanos() / 1e9));
        readings.add(Reading.of(Metric.TASK_MEMORY_USAGE, labels, usage.memoryBytes()));
        readings.add(Reading.of(Metric.TASK_MEMORY_MAX_USAGE, labels, usage.memoryPeakBytes()));
        readings.add(Reading.of(Metric.TASK_PROCESSES, labels, usage.processes()));
    }

    private void rate(
            TaskUsage usage,
            List<String> labels,
            double megaHertzPerCore,
            Map<String, Used> now,
            List<Reading> readings) {
        var key = String.join("/", labels);
        var used = new Used(usage.cpuTime(), System.nanoTime());
        var before = tasksBefore.get(key);
        now.put(key, used);
        // a task that started again counts from zero
        if (before != null && used.atNanos > before.atNanos && used.cpu.compareTo(before.cpu) >= 0) {
            double share = (double) used.cpu.minus(before.cpu).toNanos() / (used.atNanos - before.atNanos);
            readings.add(Reading.of(Metric.TASK_CPU_PERCENT, labels, 100 * share));
            readings.add(Reading.of(Metric.TASK_CPU_TICKS, labels, share * megaHertzPerCore));
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notLinux) {
            return List.of();
        }
    }

    private static Optional<String> first(Path file) {
        return lines(file).stream().findFirst();
    }

    private static void memory(List<String> labels, List<Reading> readings) {
        var bytes = new TreeMap<String, Long>();
        for (String line : lines(Path.of("/proc/meminfo"))) {
            var words = line.split("[: ]+", 3);
            if (words.length > 1 && words[1].chars().allMatch(Character::isDigit)) {
                bytes.put(words[0], Long.parseLong(words[1]) * 1024);
            }
        }
        if (!bytes.containsKey("MemTotal")) {
            return;
        }
        long total = bytes.getOrDefault("MemTotal", 0L);
        long available = bytes.getOrDefault("MemAvailable", 0L);
        readings.add(Reading.of(Metric.HOST_MEMORY_TOTAL, labels, total));
        readings.add(Reading.of(Metric.HOST_MEMORY_AVAILABLE, labels, available));
        readings.add(Reading.of(Metric.HOST_MEMORY_FREE, labels, bytes.getOrDefault("MemFree", 0L)));
        readings.add(Reading.of(Metric.HOST_MEMORY_USED, labels, total - available));
    }

    private void cores(List<String> labels, List<Reading> readings) {
        var now = new TreeMap<String, Busy>();
        for (String line : lines(Path.of("/proc/stat"))) {
            var words = line.split(" +");
            if (words.length < 6 || !words[0].matches("cpu\\d+")) {
                continue;
            }
            long total = 0;
            // user, nice, system, idle, iowait, irq, softirq, steal; guest time is in user already
            for (int i = 1; i < Math.min(9, words.length); i++) {
                total += Long.parseLong(words[i]);
            }
            long idle = Long.parseLong(words[4]) + Long.parseLong(words[5]);
            now.put(words[0], new Busy(total - idle, total));
        }
        now.forEach((core, busy) -> {
            var before = coresBefore.get(core);
            if (before != null && busy.total > before.total) {
                double percent = 100.0 * (busy.busy - before.busy) / (busy.total - before.total);
                var named = new ArrayList<>(labels);
                named.add(core);
                readings.add(Reading.of(Metric.HOST_CPU_PERCENT, named, percent));
                readings.add(Reading.of(Metric.HOST_CPU_IDLE, named, 100 - percent));
            }
        });
        coresBefore = now;
    }

    /** The file system of the allocations, found by one that is there. */
    private void disk(List<Allocation> allocations, List<String> labels, List<Reading> readings) {
        var directory = allocations.stream()
                .flatMap(allocation -> local.orElseThrow().directoryOf(allocation.id()).stream())
                .findFirst();
        if (directory.isEmpty()) {
            return;
        }
        try {
            FileStore store = Files.getFileStore(directory.get());
            var named = new ArrayList<>(labels);
            named.add(store.name());
            long size = store.getTotalSpace();
            long available = store.getUsableSpace();
            long used = size - store.getUnallocatedSpace();
            readings.add(Reading.of(Metric.HOST_DISK_SIZE, named, size));
            readings.add(Reading.of(Metric.HOST_DISK_AVAILABLE, named, available));
            readings.add(Reading.of(Metric.HOST_DISK_USED, named, used));
            readings.add(Reading.of(Metric.HOST_DISK_PERCENT, named, size == 0 ? 0 : 100.0 * used / size));
        } catch (IOException gone) {
            // the allocation was removed meanwhile; the next one is asked next time
        }
    }
}
