package dev.steppe.api.nomad;

import dev.steppe.model.Allocation;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.Service;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.codec.Json;
import dev.steppe.state.Snapshot;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The results of an allocation's checks in the published shape: by id, with success, failure or pending. */
final class CheckViews {
    private CheckViews() {}

    /** One check; {@code health} is the same in the words of services, which know warnings. */
    record View(
            @Json("ID") String id,
            String check,
            String group,
            String mode,
            String output,
            String service,
            String task,
            String status,
            String health,
            int statusCode,
            long timestamp) {}

    static SortedMap<String, View> of(Snapshot snapshot, Allocation allocation) {
        var views = new TreeMap<String, View>();
        var group = snapshot.jobOf(allocation).flatMap(job -> job.spec().group(allocation.taskGroup()));
        if (group.isPresent()) {
            add(allocation, group.get(), views);
        }
        return views;
    }

    private static void add(Allocation allocation, TaskGroup group, SortedMap<String, View> views) {
        group.services().forEach(service -> add(allocation, service, service.taskName(), views));
        group.tasks().forEach(task -> task.services().forEach(service -> add(allocation, service, task.name(), views)));
    }

    private static void add(Allocation allocation, Service service, String task, SortedMap<String, View> views) {
        int number = 0;
        for (var check : service.checks()) {
            number++;
            var key = CheckStatus.key(service, number);
            var found = Optional.ofNullable(allocation.client().checks().get(key));
            views.put(
                    key,
                    new View(
                            key,
                            found.map(CheckStatus::check).orElse(check.name()),
                            allocation.taskGroup(),
                            check.onUpdate().equals("ignore") ? "readiness" : "healthiness",
                            found.map(CheckStatus::output).orElse(""),
                            service.name(),
                            check.taskName().isEmpty() ? task : check.taskName(),
                            found.map(it -> word(it.status())).orElse("pending"),
                            found.map(CheckStatus::status).orElse("pending"),
                            found.map(CheckStatus::statusCode).orElse(0),
                            found.map(it -> it.timestamp().getEpochSecond()).orElse(0L)));
        }
    }

    private static String word(String status) {
        return status.equals(CheckStatus.CRITICAL) ? "failure" : "success";
    }
}
