package dev.steppe.client.allocation;

import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The hooks of one task as one: prepared in order, undone in reverse. Blocking; one call at a time. */
final class TaskSteps {
    private static final System.Logger LOG = System.getLogger(TaskSteps.class.getName());

    private final List<TaskHook> hooks;
    private final TaskSite site;

    /** How far preparing got, and what stopped it. */
    record Progress(SortedMap<String, TaskHook.Prepared> prepared, Optional<TaskHook.Failure> failure) {
        /** What all of them add to the environment; later hooks win. */
        static SortedMap<String, String> environment(List<TaskHook> hooks, SortedMap<String, TaskHook.Prepared> from) {
            var environment = new TreeMap<String, String>();
            for (TaskHook hook : hooks) {
                var prepared = from.get(hook.name());
                if (prepared != null) {
                    environment.putAll(prepared.environment());
                }
            }
            return Collections.unmodifiableSortedMap(environment);
        }
    }

    private interface Step {
        void run(TaskHook hook) throws TaskHook.Failure, InterruptedException;
    }

    TaskSteps(List<TaskHook> hooks, TaskSite site) {
        this.hooks = hooks;
        this.site = site;
    }

    boolean isEmpty() {
        return hooks.isEmpty();
    }

    SortedMap<String, String> environment(SortedMap<String, TaskHook.Prepared> prepared) {
        return Progress.environment(hooks, prepared);
    }

    /** Prepares what is not lastingly prepared already. */
    Progress prepare(SortedMap<String, TaskHook.Prepared> before) throws InterruptedException {
        var prepared = new TreeMap<String, TaskHook.Prepared>();
        for (TaskHook hook : hooks) {
            var lasting = before.get(hook.name());
            try {
                prepared.put(hook.name(), lasting != null && lasting.lasting() ? lasting : hook.prepare(site));
            } catch (TaskHook.Failure failed) {
                return new Progress(prepared, Optional.of(failed));
            }
        }
        return new Progress(prepared, Optional.empty());
    }

    void running() throws InterruptedException {
        each(hooks, hook -> hook.running(site));
    }

    void ended() throws InterruptedException {
        each(hooks.reversed(), hook -> hook.ended(site));
    }

    void release() throws InterruptedException {
        each(hooks.reversed(), hook -> hook.release(site));
    }

    /** Every hook gets its turn, whatever happens to the others. */
    private void each(List<TaskHook> ordered, Step step) throws InterruptedException {
        for (TaskHook hook : ordered) {
            try {
                step.run(hook);
            } catch (TaskHook.Failure | RuntimeException failed) {
                site.control().event("Task hook failed", hook.name() + ": " + failed.getMessage());
                LOG.log(
                        Level.WARNING,
                        "task hook failed allocation="
                                + site.surroundings().allocation().id() + " task="
                                + site.task().name() + " hook=" + hook.name(),
                        failed);
            }
        }
    }
}
