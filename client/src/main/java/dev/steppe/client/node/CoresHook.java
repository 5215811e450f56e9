package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Keeps tasks off the cores that others have for themselves: before an allocation with reserved cores starts, everything
 * else that runs moves to what is left, and back when it has ended. Safe for use from any thread.
 */
public final class CoresHook implements AllocationHook {
    private final Supplier<NodeSpec> node;
    private final List<Sharers> sharers;
    private final TreeMap<AllocationId, Allocation> reserving = new TreeMap<>();

    /** What runs tasks and can tell all without cores of their own which ones to share. */
    public interface Sharers {
        /** {@code cores} as in {@code 0-2,5}; empty when none is left. {@code apart} are tasks with cores of their own. */
        void share(String cores, Set<String> apart) throws IOException;
    }

    public CoresHook(Supplier<NodeSpec> node, List<Sharers> sharers) {
        this.node = node;
        this.sharers = List.copyOf(sharers);
    }

    /** Where tasks may not have all cores of the machine, they get what they may before any of them reserves some. */
    public synchronized void begin() throws IOException {
        var cpu = node.get().capacity().cpu();
        if (cpu.reservable().size() < cpu.cores()) {
            for (Sharers sharer : sharers) {
                sharer.share(Processors.text(cpu.reservable()), Set.of());
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
        var left = new ArrayList<>(node.get().capacity().cpu().reservable());
        var apart = new TreeSet<String>();
        reserving.forEach((id, allocation) -> allocation
                .allocatedResources()
                .tasks()
                .forEach((name, task) -> {
                    if (!task.cpu().reservedCores().isEmpty()) {
                        apart.add(id + "." + name);
                        left.removeAll(task.cpu().reservedCores());
                    }
                }));
        try {
            for (Sharers sharer : sharers) {
                sharer.share(Processors.text(left), apart);
            }
        } catch (IOException failed) {
            throw new HookException("cannot keep other tasks off reserved cores: " + failed.getMessage(), failed);
        }
    }
}
