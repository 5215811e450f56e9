package dev.steppe.state;

import dev.steppe.model.AllocatedCpu;
import dev.steppe.model.AllocatedMemory;
import dev.steppe.model.AllocatedResources;
import dev.steppe.model.AllocatedShared;
import dev.steppe.model.AllocatedTask;
import dev.steppe.model.Job;
import dev.steppe.model.RequestedDevice;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * What the registered jobs ask for where they ask for devices: the needs of one instance, and how many instances have the same,
 * whether they run or wait. Kept up to date on every apply. Immutable.
 */
public final class Demand {
    private static final Comparator<Counted> MOST_FIRST =
            Comparator.comparingLong(Counted::count).reversed();

    private final PersistentMap<String, Counted> byText;

    private Demand(PersistentMap<String, Counted> byText) {
        this.byText = byText;
    }

    /** What one instance needs: MHz or whole cores, megabytes, and devices. */
    public record Shape(long cpuMegaHertz, int cores, long memoryMb, List<RequestedDevice> devices) {}

    /** A shape, and how many instances have it. */
    public record Counted(Shape shape, long count) {}

    static Demand none() {
        return new Demand(PersistentMap.empty());
    }

    /** The shapes that most instances have; of equally frequent ones always the same come first. */
    public List<Counted> mostFrequent(int most) {
        var all = new ArrayList<Counted>(byText.size());
        byText.forEach((text, counted) -> all.add(counted));
        all.sort(MOST_FIRST);
        return List.copyOf(all.subList(0, Math.min(most, all.size())));
    }

    Demand with(Job job) {
        return changed(job, 1);
    }

    Demand without(Job job) {
        return changed(job, -1);
    }

    private Demand changed(Job job, int sign) {
        if (job.stop() || job.isParent()) {
            return this;
        }
        var changed = byText;
        for (TaskGroup group : job.spec().taskGroups()) {
            if (group.count() > 0 && asksForDevices(group)) {
                var shape = shape(group);
                String text = shape.toString();
                long count = changed.get(text).map(Counted::count).orElse(0L) + (long) sign * group.count();
                changed = count == 0 ? changed.remove(text) : changed.put(text, new Counted(shape, count));
            }
        }
        return changed == byText ? this : new Demand(changed);
    }

    private static boolean asksForDevices(TaskGroup group) {
        return group.tasks().stream()
                .anyMatch(task -> !task.resources().devices().isEmpty());
    }

    private static Shape shape(TaskGroup group) {
        var tasks = new TreeMap<String, AllocatedTask>();
        int cores = 0;
        var devices = new ArrayList<RequestedDevice>();
        for (Task task : group.tasks()) {
            var asked = task.resources();
            tasks.put(
                    task.name(),
                    new AllocatedTask(
                            new AllocatedCpu(asked.cores() > 0 ? 0 : asked.cpu()),
                            new AllocatedMemory(asked.memoryMb(), 0),
                            List.of(),
                            List.of(),
                            task.lifecycle()));
            cores += asked.cores();
            devices.addAll(asked.devices());
        }
        var needed = new AllocatedResources(tasks, new AllocatedShared(0, List.of(), List.of()));
        return new Shape(needed.cpuMegaHertz(), cores, needed.memoryMb(), List.copyOf(devices));
    }
}
