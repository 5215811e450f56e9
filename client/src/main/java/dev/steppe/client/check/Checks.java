package dev.steppe.client.check;

import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.driver.TaskNetwork;
import dev.steppe.io.Loop;
import dev.steppe.model.AllocationId;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.PortMapping;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Runs the checks of the allocations that run here and tells their runners the results. Owned by the client's loop. */
public final class Checks {
    /** Until a check passed for the first time it is asked this often, so that a new instance serves soon. */
    private static final Duration EAGER = Duration.ofMillis(250);

    private final Loop loop;
    private final Probe probe;
    private final TreeMap<AllocationId, List<Running>> running = new TreeMap<>();

    public Checks(Loop loop, Probe probe) {
        this.loop = loop;
        this.probe = probe;
    }

    /** Begins to check an allocation. Idempotent. */
    public void begin(AllocationRunner runner) {
        if (running.containsKey(runner.id())) {
            return;
        }
        var begun = new ArrayList<Running>();
        for (Service service : runner.surroundings().group().allServices()) {
            int number = 0;
            for (ServiceCheck check : service.checks()) {
                number++;
                begun.add(new Running(runner, service, check, number));
            }
        }
        running.put(runner.id(), begun);
        var keys = new TreeSet<String>();
        begun.forEach(check -> keys.add(check.key));
        runner.checksAre(keys);
        begun.forEach(Running::ask);
    }

    /** Ends the checks of an allocation. Idempotent. */
    public void end(AllocationId allocation) {
        var ended = running.remove(allocation);
        if (ended != null) {
            ended.forEach(Running::end);
        }
    }

    private final class Running {
        private final AllocationRunner runner;
        private final Service service;
        private final ServiceCheck check;
        private final String key;
        private final Probe.Target target;
        private boolean ended;
        private boolean passedOnce;
        private int inRow;
        private boolean lastPassed;
        private String status;
        private Optional<Loop.Timer> timer = Optional.empty();

        Running(AllocationRunner runner, Service service, ServiceCheck check, int number) {
            this.runner = runner;
            this.service = service;
            this.check = check;
            this.key = service.name() + "/" + number;
            this.target = target(runner, service, check);
            var known = runner.state().checks().get(key);
            this.status = known != null
                    ? known.status()
                    : check.initialStatus().isEmpty() ? CheckStatus.CRITICAL : check.initialStatus();
            this.passedOnce = status.equals(CheckStatus.PASSING);
        }

        void ask() {
            loop.<Probe.Result>offload("check-" + service.name(), () -> probe.ask(target), outcome -> {
                if (!ended) {
                    answered(
                            switch (outcome) {
                                case Loop.Outcome.Done<Probe.Result> done -> done.value();
                                case Loop.Outcome.Failed<Probe.Result> failed ->
                                    new Probe.Result(
                                            false,
                                            String.valueOf(failed.reason().getMessage()),
                                            0);
                            });
                }
            });
        }

        private void answered(Probe.Result result) {
            inRow = result.passing() == lastPassed ? inRow + 1 : 1;
            lastPassed = result.passing();
            if (result.passing() && inRow > check.successBeforePassing()) {
                status = CheckStatus.PASSING;
                passedOnce = true;
            } else if (!result.passing() && inRow > check.failuresBeforeCritical()) {
                status = CheckStatus.CRITICAL;
            }
            String name = check.name().isEmpty() ? "service: \"" + service.name() + "\" check" : check.name();
            runner.checked(
                    key,
                    new CheckStatus(name, service.name(), status, result.output(), result.statusCode(), loop.now()));
            boolean eager = !passedOnce && EAGER.compareTo(check.interval()) < 0;
            timer = Optional.of(loop.after(eager ? EAGER : check.interval(), this::ask));
        }

        void end() {
            ended = true;
            timer.ifPresent(Loop.Timer::cancel);
        }
    }

    /** A port label means the port as the task sees it; inside a namespace of its own that is on its loopback. */
    private static Probe.Target target(AllocationRunner runner, Service service, ServiceCheck check) {
        String label = check.portLabel().isEmpty() ? service.portLabel() : check.portLabel();
        Optional<Path> namespace = runner.surroundings().network().map(TaskNetwork::namespace);
        Optional<PortMapping> mapping = runner.allocation().allocatedResources().port(label);
        int port = mapping.map(it -> namespace.isPresent() && it.to() > 0 ? it.to() : it.value())
                .orElseGet(() -> Integer.parseInt(label));
        boolean loopback = namespace.isPresent() || mapping.isEmpty();
        String address = loopback ? "127.0.0.1" : mapping.get().hostIp();
        return new Probe.Target(check, address, port, namespace);
    }
}
