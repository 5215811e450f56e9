package dev.steppe.client.check;

import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.TaskControl;
import dev.steppe.client.driver.TaskNetwork;
import dev.steppe.io.Loop;
import dev.steppe.model.AllocationId;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.PortMapping;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Runs the checks of the allocations that run here and tells their runners the results. Owned by the client's loop. */
public final class Checks {
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
        var group = runner.surroundings().group();
        group.services().forEach(service -> begun.addAll(checksOf(runner, service, "")));
        for (Task task : group.tasks()) {
            task.services().forEach(service -> begun.addAll(checksOf(runner, service, task.name())));
        }
        running.put(runner.id(), begun);
        var keys = new TreeSet<String>();
        begun.forEach(check -> keys.add(check.key));
        runner.checksAre(keys);
        begun.forEach(Running::ask);
    }

    private List<Running> checksOf(AllocationRunner runner, Service service, String owner) {
        var found = new ArrayList<Running>();
        for (ServiceCheck check : service.checks()) {
            found.add(new Running(runner, service, check, owner, found.size() + 1));
        }
        return found;
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
        private final String task;
        private final String key;
        private final Judge judge;
        private final Optional<Restarts> restarts;
        private final Pace pace;
        private boolean ended;
        private Optional<Loop.Timer> timer = Optional.empty();

        Running(AllocationRunner runner, Service service, ServiceCheck check, String owner, int number) {
            this.runner = runner;
            this.service = service;
            this.check = check;
            this.task = Stream.of(owner, check.taskName(), service.taskName())
                    .filter(name -> !name.isEmpty())
                    .findFirst()
                    .orElse("");
            this.key = CheckStatus.key(service, number);
            var known = Optional.ofNullable(runner.state().checks().get(key)).map(CheckStatus::status);
            this.judge = new Judge(check, known.orElse(""));
            this.pace = new Pace(check, judge.status(), loop.uptime());
            this.restarts =
                    check.checkRestart().or(service::checkRestart).map(policy -> new Restarts(policy, loop.now()));
        }

        void ask() {
            loop.<Probe.Result>offload("check-" + service.name(), question(), outcome -> {
                if (!ended) {
                    answered(
                            switch (outcome) {
                                case Loop.Outcome.Done<Probe.Result> done -> done.value();
                                case Loop.Outcome.Failed<Probe.Result> failed ->
                                    Probe.Result.critical(
                                            String.valueOf(failed.reason().getMessage()));
                            });
                }
            });
        }

        private Callable<Probe.Result> question() {
            if (isScript()) {
                var inside = inside();
                return () -> ScriptProbe.ask(check, inside);
            }
            var target = target(runner, service, check);
            return () -> probe.ask(target);
        }

        private boolean isScript() {
            return check.type().equals(Pace.SCRIPT);
        }

        /** Where a script runs: in the task it is about, which need not be named when it is the only one. */
        private Optional<AllocationRunner.RunningTask> inside() {
            var group = runner.surroundings().group();
            var name = task.isEmpty() && group.tasks().size() == 1
                    ? group.tasks().getFirst().name()
                    : task;
            return Optional.ofNullable(runner.running().get(name));
        }

        private void answered(Probe.Result result) {
            judge.take(result.health());
            var pause = pace.after(judge.status(), loop.uptime());
            String name = check.name().isEmpty() ? "service: \"" + service.name() + "\" check" : check.name();
            runner.checked(
                    key,
                    new CheckStatus(
                            name, service.name(), judge.status(), result.output(), result.statusCode(), loop.now()));
            if (pause.counts()
                    && restarts.filter(it -> it.isDue(judge.status(), loop.now()))
                            .isPresent()) {
                restart(TaskControl.Restart.unhealthy("healthcheck: check \"" + name + "\" unhealthy"));
            }
            timer = Optional.of(loop.after(pause.time(), this::ask));
        }

        private void restart(TaskControl.Restart why) {
            var names = task.isEmpty() ? List.copyOf(runner.running().keySet()) : List.of(task);
            names.forEach(name -> runner.restartTask(name, why));
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
