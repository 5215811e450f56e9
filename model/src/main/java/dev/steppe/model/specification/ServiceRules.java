package dev.steppe.model.specification;

import dev.steppe.model.Connect;
import dev.steppe.model.ConnectProxy;
import dev.steppe.model.Expose;
import dev.steppe.model.ExposePath;
import dev.steppe.model.Port;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** What makes the services of a group and of its tasks wrong. */
final class ServiceRules {
    private static final int NOTES_MAX = 255;
    private static final List<String> CHECK_TYPES = List.of("http", "tcp", "script", "grpc");
    private static final List<String> ON_UPDATE = List.of("require_healthy", "ignore_warnings", "ignore");

    private final TaskGroup group;
    private final Problems at;
    private final TreeSet<String> names = new TreeSet<>();
    private final TreeSet<String> providers = new TreeSet<>();

    ServiceRules(TaskGroup group, Problems at) {
        this.group = group;
        this.at = at;
    }

    void check() {
        all(group.services(), "", at);
        int index = 0;
        for (Task task : group.tasks()) {
            all(task.services(), task.name(), at.in("Tasks[" + index + "]", "task \"" + task.name() + "\""));
            index++;
        }
        at.addIf(
                providers.size() > 1,
                "Services",
                "its services name the providers " + providers + "; all services of a group have one");
    }

    private void all(List<Service> services, String task, Problems outer) {
        int index = 0;
        for (Service service : services) {
            service(service, task, outer.in("Services[" + index + "]", "service \"" + service.name() + "\""));
            index++;
        }
    }

    private void service(Service service, String task, Problems here) {
        here.addIf(service.name().isEmpty(), "Name", "it has no name");
        here.addIf(
                !names.add(service.name() + " " + service.portLabel()), "", "it is defined twice with the same port");
        providers.add(service.provider());
        here.addIf(
                !service.portLabel().isEmpty() && !isPort(service.portLabel()),
                "PortLabel",
                "port \"" + service.portLabel() + "\" is neither a number nor a port of the group; the group has "
                        + labels());
        here.oneOf(
                "AddressMode",
                "address_mode",
                service.addressMode(),
                List.of("auto", "host", "driver", "alloc", "alloc_ipv6"));
        here.addIf(
                service.addressMode().equals("driver") && task.isEmpty(),
                "AddressMode",
                "address_mode \"driver\" is for services of a task");
        here.addIf(
                !service.address().isEmpty() && !service.addressMode().equals("auto"),
                "Address",
                "address needs address_mode \"auto\"");
        here.addIf(
                !service.taskName().isEmpty() && group.task(service.taskName()).isEmpty(),
                "TaskName",
                "task \"" + service.taskName() + "\" is no task of the group");
        here.oneOf("OnUpdate", "on_update", service.onUpdate(), ON_UPDATE);
        service.connect().ifPresent(connect -> connect(service, connect, here));
        int index = 0;
        for (ServiceCheck check : service.checks()) {
            check(service, task, check, here, "Checks[" + index + "].");
            index++;
        }
    }

    private List<String> labels() {
        return group.network().ports().stream().map(Port::label).toList();
    }

    private boolean isPort(String port) {
        return port.chars().allMatch(Character::isDigit)
                || labels().contains(port)
                || group.tasks().stream()
                        .flatMap(task -> task.resources().networks().stream())
                        .flatMap(network -> network.ports().stream())
                        .anyMatch(it -> it.label().equals(port));
    }

    private void connect(Service service, Connect connect, Problems here) {
        int ways = (connect.byItself() ? 1 : 0)
                + (connect.sidecarService().isPresent() ? 1 : 0)
                + (connect.gateway().isPresent() ? 1 : 0);
        here.addIf(ways != 1, "Connect", "connect needs exactly one of sidecar_service, native and gateway");
        here.addIf(
                group.network().mode().equals("none"),
                "Connect",
                "connect needs network mode bridge, cni/NAME or host");
        here.addIf(
                connect.byItself()
                        && service.taskName().isEmpty()
                        && group.tasks().size() > 1,
                "Connect.Native",
                "connect native needs task, to tell which task of the group it is");
        connect.sidecarService().ifPresent(sidecar -> {
            int index = 0;
            for (Upstream upstream : sidecar.upstreams()) {
                var inner = here.in(
                        "Connect.SidecarService.Proxy.Upstreams[" + index + "]",
                        "upstreams \"" + upstream.destinationName() + "\"");
                inner.addIf(upstream.destinationName().isEmpty(), "", "destination_name is missing");
                boolean socket = !upstream.localBindSocketPath().isEmpty();
                inner.addIf(
                        (upstream.localBindPort() < 1 || upstream.localBindPort() > Port.VALUE_MAX) && !socket,
                        "LocalBindPort",
                        "local_bind_port " + upstream.localBindPort() + " must be between 1 and " + Port.VALUE_MAX);
                index++;
            }
            sidecar.proxy().flatMap(ConnectProxy::expose).ifPresent(expose -> expose(expose, here));
        });
    }

    private void expose(Expose expose, Problems here) {
        int index = 0;
        for (ExposePath path : expose.paths()) {
            var inner = here.in(
                    "Connect.SidecarService.Proxy.Expose.Paths[" + index + "]", "expose path \"" + path.path() + "\"");
            inner.addIf(!path.path().startsWith("/"), "Path", "path must begin with /");
            inner.addIf(
                    path.localPathPort() < 1 || path.localPathPort() > Port.VALUE_MAX,
                    "LocalPathPort",
                    "local_path_port " + path.localPathPort() + " must be between 1 and " + Port.VALUE_MAX);
            inner.addIf(
                    !labels().contains(path.listenerPort()),
                    "ListenerPort",
                    "listener_port \"" + path.listenerPort() + "\" is no port of the group's network");
            index++;
        }
    }

    private void check(Service service, String task, ServiceCheck check, Problems here, String path) {
        here.oneOf(path + "Type", "check type", check.type(), CHECK_TYPES);
        here.addIf(check.type().isEmpty(), path + "Type", "check type is missing; write one of " + CHECK_TYPES);
        here.addIf(check.type().equals("http") && check.path().isEmpty(), path + "Path", "an http check needs a path");
        here.addIf(
                check.type().equals("script") && check.command().isEmpty(),
                path + "Command",
                "a script check needs a command");
        here.addIf(
                check.type().equals("script")
                        && task.isEmpty()
                        && check.taskName().isEmpty()
                        && service.taskName().isEmpty()
                        && group.tasks().size() > 1,
                path + "TaskName",
                "a script check of a group's service needs task, to tell where the command runs");
        here.addIf(
                !check.type().equals("script") && !check.command().isEmpty(),
                path + "Command",
                "command is for checks of type script");
        here.atLeast(path + "Interval", "check interval", check.interval(), Duration.ofSeconds(1));
        here.addIf(
                check.timeout().compareTo(Duration.ofMillis(1)) < 0,
                path + "Timeout",
                "check timeout must be at least 1ms; 2s is usual");
        here.oneOf(path + "OnUpdate", "check on_update", check.onUpdate(), ON_UPDATE);
        here.oneOf(
                path + "InitialStatus",
                "check initial_status",
                check.initialStatus(),
                List.of("passing", "warning", "critical", "pending"));
        here.addIf(
                check.notes().length() > NOTES_MAX,
                path + "Notes",
                "check notes may have " + NOTES_MAX + " characters");
        if (!check.type().equals("script")) {
            String port = check.portLabel().isEmpty() ? service.portLabel() : check.portLabel();
            here.addIf(
                    port.isEmpty() || !isPort(port),
                    path + "PortLabel",
                    "check port \"" + port + "\" is neither a number nor a port of the group");
        }
        check.checkRestart()
                .ifPresent(restart -> here.addIf(
                        restart.limit() < 0, path + "CheckRestart", "check_restart limit must not be negative"));
    }
}
