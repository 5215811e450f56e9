package dev.steppe.jobspec;

import dev.steppe.model.ConnectProxy;
import dev.steppe.model.LogConfig;
import dev.steppe.model.Resources;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.Template;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Forms of earlier times, in job files and in the API's JSON: what they meant is carried to the field that says it now,
 * unless that is said too.
 */
final class OldForms {
    private static final String DISCONNECT = "Disconnect";
    private static final List<String> WITHOUT_EFFECT = List.of("IOPS", "VaultGrace");

    private OldForms() {}

    /** An attribute of earlier times: its name in the API's JSON, and its type. */
    record Form(String json, Type type) {}

    /** The attribute of earlier times with this name, in a block that fills the record. */
    static Optional<Form> attribute(Class<?> type, String word) {
        Optional<Form> form = switch (word) {
            case "stop_after_client_disconnect" -> Optional.of(new Form("StopAfterClientDisconnect", Duration.class));
            case "max_client_disconnect" -> Optional.of(new Form("MaxClientDisconnect", Duration.class));
            case "prevent_reschedule_on_lost" -> Optional.of(new Form("PreventRescheduleOnLost", boolean.class));
            case "enabled" -> Optional.of(new Form("Enabled", boolean.class));
            case "vault_grace" -> Optional.of(new Form("VaultGrace", Duration.class));
            case "iops" -> Optional.of(new Form("IOPS", int.class));
            default -> Optional.empty();
        };
        return form.filter(_ -> switch (word) {
            case "enabled" -> type == LogConfig.class;
            case "vault_grace" -> type == Template.class;
            case "iops" -> type == Resources.class;
            default -> type == TaskGroup.class;
        });
    }

    /** A group in today's form. */
    static void group(Map<String, Object> group) {
        Map<String, Object> disconnect = BlockReader.asMap(group.get(DISCONNECT));
        move(group, "StopAfterClientDisconnect", disconnect, "StopOnClientAfter");
        move(group, "MaxClientDisconnect", disconnect, "LostAfter");
        if (group.remove("PreventRescheduleOnLost") instanceof Boolean prevented && prevented) {
            disconnect.putIfAbsent("Replace", false);
        }
        if (!disconnect.isEmpty()) {
            group.put(DISCONNECT, disconnect);
        }
        group.computeIfPresent("Services", (_, services) -> each(services, OldForms::service));
    }

    private static void move(Map<String, Object> from, String old, Map<String, Object> to, String name) {
        Object said = from.remove(old);
        if (said != null) {
            to.putIfAbsent(name, said);
        }
    }

    /** A task in today's form. */
    static void task(Map<String, Object> task) {
        change(task, "LogConfig", logs -> {
            if (logs.remove("Enabled") instanceof Boolean enabled) {
                logs.putIfAbsent("Disabled", !enabled);
            }
        });
        change(task, "Resources", resources -> WITHOUT_EFFECT.forEach(resources::remove));
        task.computeIfPresent(
                "Templates", (_, templates) -> each(templates, template -> WITHOUT_EFFECT.forEach(template::remove)));
        task.computeIfPresent("Services", (_, services) -> each(services, OldForms::service));
    }

    private static void service(Map<String, Object> service) {
        change(
                service,
                "Connect",
                connect -> change(connect, "SidecarService", sidecar -> change(sidecar, "Proxy", OldForms::proxy)));
    }

    /** {@link ConnectProxy}: the paths that are open to all once had other names. */
    private static void proxy(Map<String, Object> proxy) {
        move(proxy, "ExposeConfig", proxy, "Expose");
        change(proxy, "Expose", expose -> move(expose, "Path", expose, "Paths"));
    }

    private static void change(
            Map<String, Object> outer, String name, java.util.function.Consumer<Map<String, Object>> change) {
        if (outer.get(name) instanceof Map<?, ?> inner) {
            Map<String, Object> copy = BlockReader.asMap(inner);
            change.accept(copy);
            outer.put(name, copy);
        }
    }

    private static List<Object> each(Object list, java.util.function.Consumer<Map<String, Object>> change) {
        List<Object> changed = new ArrayList<>();
        for (Object item : list instanceof List<?> items ? items : List.of()) {
            Map<String, Object> copy = BlockReader.asMap(item);
            change.accept(copy);
            changed.add(copy);
        }
        return changed;
    }
}
