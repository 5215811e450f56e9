package dev.steppe.mesh.catalog;

import dev.steppe.mesh.catalog.Instance.ProxyOf;
import dev.steppe.model.Allocation;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Connect;
import dev.steppe.model.ConnectProxy;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.ServiceWeights;
import dev.steppe.model.SidecarService;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The rows of one allocation: a function of the allocation, its job version and its node. */
final class Rows {
    private final Allocation allocation;
    private final JobSpec job;
    private final TaskGroup group;
    private final NodeEntry node;
    private final List<Instance> rows = new ArrayList<>();

    private Rows(Allocation allocation, JobSpec job, TaskGroup group, NodeEntry node) {
        this.allocation = allocation;
        this.job = job;
        this.group = group;
        this.node = node;
    }

    /** In the order of the job file, each service followed by its proxy. */
    static List<Instance> of(Allocation allocation, JobSpec job, NodeEntry node) {
        Optional<TaskGroup> group = job.group(allocation.taskGroup());
        if (group.isEmpty()) {
            return List.of();
        }
        Rows rows = new Rows(allocation, job, group.get(), node);
        for (Service service : group.get().services()) {
            rows.add(service, "", "group-" + group.get().name());
        }
        for (Task task : group.get().tasks()) {
            for (Service service : task.services()) {
                rows.add(service, task.name(), task.name());
            }
        }
        return rows.rows;
    }

    private void add(Service service, String task, String owner) {
        Map<String, String> variables = ServiceNames.variables(allocation, job, node, task);
        String name = ServiceNames.interpolate(ServiceNames.service(service, allocation, task), variables);
        String id = ServiceNames.instance(allocation, owner, name, service.portLabel());
        Endpoint endpoint = Endpoint.advertised(allocation, node, group.hasOwnNetwork(), service);
        Instance row = new Instance(
                id,
                name,
                Optional.of(allocation.id()),
                node,
                endpoint.address(),
                endpoint.port(),
                interpolate(tags(service), variables),
                meta(meta(service), variables),
                Optional.empty(),
                service.connect().map(Connect::byItself).orElse(false),
                checks(service, name, id, task.isEmpty() ? service.taskName() : task),
                new Instance.Sharing(service.weights().orElse(new ServiceWeights(1, 1)), addresses(service, variables)),
                service.provider(),
                allocation.createIndex(),
                allocation.modifyIndex());
        rows.add(row);
        service.sidecar().ifPresent(sidecar -> rows.add(sidecarRow(service, sidecar, row, variables)));
    }

    /** A canary is found by tags of its own, where the service has some. */
    private List<String> tags(Service service) {
        return allocation.isCanary() && !service.canaryTags().isEmpty() ? service.canaryTags() : service.tags();
    }

    private SortedMap<String, String> meta(Service service) {
        return allocation.isCanary() && !service.canaryMeta().isEmpty() ? service.canaryMeta() : service.meta();
    }

    private Instance sidecarRow(Service service, SidecarService sidecar, Instance of, Map<String, String> variables) {
        String label = sidecar.port().isEmpty() ? ServiceNames.sidecarPort(service.name()) : sidecar.port();
        Endpoint endpoint = Endpoint.onHost(allocation, node, label);
        String id = ServiceNames.sidecar(of.id());
        Check alias = new Check(
                "service:" + id + ":2",
                "Connect Sidecar Aliasing " + of.id(),
                "alias",
                worst(of.checks()),
                worst(of.checks()) == Health.PASSING
                        ? "All checks passing."
                        : "A check of " + of.id() + " does not pass.");
        return new Instance(
                id,
                ServiceNames.sidecar(of.name()),
                Optional.of(allocation.id()),
                node,
                endpoint.address(),
                endpoint.port(),
                sidecar.tags().isEmpty() ? of.tags() : interpolate(sidecar.tags(), variables),
                sidecar.meta().isEmpty() ? of.meta() : meta(sidecar.meta(), variables),
                Optional.of(target(service, sidecar, of)),
                false,
                List.of(alias),
                of.sharing(),
                of.provider(),
                of.createIndex(),
                of.modifyIndex());
    }

    private ProxyOf target(Service service, SidecarService sidecar, Instance of) {
        Optional<ConnectProxy> proxy = sidecar.proxy();
        String address = proxy.map(ConnectProxy::localServiceAddress)
                .filter(text -> !text.isEmpty())
                .orElse("127.0.0.1");
        int port = proxy.map(ConnectProxy::localServicePort)
                .filter(number -> number > 0)
                .orElseGet(() -> Endpoint.portInside(allocation, service.portLabel(), group.hasOwnNetwork()));
        return new ProxyOf(of.name(), of.id(), address, port);
    }

    /** The service's checks as last reported; a program that does not run is critical whatever they say. */
    private List<Check> checks(Service service, String name, String id, String task) {
        List<Check> checks = new ArrayList<>();
        int number = 0;
        for (ServiceCheck check : service.checks()) {
            number++;
            String checkId = service.checks().size() == 1 ? "service:" + id : "service:" + id + ":" + number;
            checks.add(check(check, name, service.name(), checkId));
        }
        notRunning(task)
                .ifPresent(why ->
                        checks.add(new Check("service:" + id + ":task", "Task state", "", Health.CRITICAL, why)));
        return checks;
    }

    private Check check(ServiceCheck check, String service, String rawService, String id) {
        String checkName = ServiceNames.check(check, service);
        for (CheckStatus status : allocation.client().checks().values()) {
            boolean same = status.check().equals(checkName) || status.check().equals(check.name());
            if (same && (status.service().equals(service) || status.service().equals(rawService))) {
                return new Check(
                        id, checkName, check.type(), Health.ofWord(status.status()), status.output(), check.notes());
            }
        }
        Health initial = check.initialStatus().isEmpty() ? Health.CRITICAL : Health.ofWord(check.initialStatus());
        return new Check(id, checkName, check.type(), initial, "", check.notes());
    }

    private Optional<String> notRunning(String task) {
        ClientStatus status = allocation.client().status();
        if (status == ClientStatus.UNKNOWN) {
            return Optional.of("node " + node.name() + " does not answer");
        }
        if (status != ClientStatus.RUNNING) {
            return Optional.of(
                    "allocation " + allocation.name() + " is " + status.name().toLowerCase(java.util.Locale.ROOT));
        }
        TaskState state = allocation.client().taskStates().get(task);
        return state == null || state.status() == TaskStatus.RUNNING
                ? Optional.empty()
                : Optional.of("task " + task + " is " + state.status().name().toLowerCase(java.util.Locale.ROOT));
    }

    private static Health worst(List<Check> checks) {
        Health worst = Health.PASSING;
        for (Check check : checks) {
            worst = worst.and(check.health());
        }
        return worst;
    }

    private static List<String> interpolate(List<String> texts, Map<String, String> variables) {
        return texts.stream()
                .map(text -> ServiceNames.interpolate(text, variables))
                .toList();
    }

    private static SortedMap<String, String> addresses(Service service, Map<String, String> variables) {
        var addresses = new TreeMap<String, String>();
        service.taggedAddresses()
                .forEach((tag, address) -> addresses.put(tag, ServiceNames.interpolate(address, variables)));
        return addresses;
    }

    private static SortedMap<String, String> meta(SortedMap<String, String> meta, Map<String, String> variables) {
        SortedMap<String, String> all = new TreeMap<>();
        meta.forEach((key, value) -> all.put(key, ServiceNames.interpolate(value, variables)));
        all.put("external-source", "nomad");
        return all;
    }
}
