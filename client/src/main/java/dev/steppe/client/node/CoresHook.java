package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Keeps tasks off the cores that others have for themselves: before an allocation with reserved cores starts, everything
 * else that runs moves to what is left, and back when it has ended. Safe for use from any thread.
 */
public final class CoresHook implements AllocationHook {
    private final Cores cores;
    private final List<Sharers> sharers;
    private final TreeMap<AllocationId, Allocation> reserving = new TreeMap<>();

    /** The cores that tasks may run on, as configuration and machine have them now. */
    @FunctionalInterface
    public interface Cores {
        List<Integer> now() throws IOException;
    }

    /** What runs tasks and can tell all without cores of their own which ones to share. */
    public interface Sharers {
        /** {@code cores} as in {@code 0-2,5}; empty when none is left. {@code apart} are tasks with cores of their own. */
        void share(String cores, Set<String> apart) throws IOException;
    }

    public CoresHook(Cores cores, List<Sharers> sharers) {
        this.cores = cores;
        this.sharers = List.copyOf(sharers);
    }

    /** Where tasks may not have all cores of the machine, they get what they may before any of them reserves some. */
    public synchronized void begin() throws IOException {
        var ofTasks = cores.now();
        if (ofTasks.size() < Runtime.getRuntime().availableProcessors()) {
            for (Sharers sharer : sharers) {
                sharer.share(Processors.text(ofTasks), Set.of());
            }
        }
    }

    @Override
    public String name() {
        return "cores";
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        reserve(surroundings.allocation());
    }

    @Override
    public void adopt(Surroundings surroundings) throws HookException {
        reserve(surroundings.allocation());
    }

    @Override
    public synchronized void release(Surroundings surroundings) throws HookException {
        if (reserving.remove(surroundings.allocation().id()) != null) {
            share();
        }
    }

    private synchronized void reserve(Allocation allocation) throws HookException {
        boolean wants = allocation.allocatedResources().tasks().values().stream()
                .anyMatch(task -> !task.cpu().reservedCores().isEmpty());
        if (wants) {
            reserving.put(allocation.id(), allocation);
            share();
        }
    }

    private void share() throws HookException {
        var own = new TreeSet<Integer>();
        var apart = new TreeSet<String>();
        reserving.forEach((id, allocation) -> allocation
                .allocatedResources()
                .tasks()
                .forEach((name, task) -> {
                    if (!task.cpu().reservedCores().isEmpty()) {
                        apart.add(id + "." + name);
                        own.addAll(task.cpu().reservedCores());
                    }
                }));
        try {
            var left = new ArrayList<>(cores.now());
            left.removeAll(own);
            for (Sharers sharer : sharers) {
                sharer.share(Processors.text(left), apart);
            }
        } catch (IOException failed) {
            throw new HookException("cannot keep other tasks off reserved cores: " + failed.getMessage(), failed);
        }
    }
}
