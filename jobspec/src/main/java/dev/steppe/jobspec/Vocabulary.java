package dev.steppe.jobspec;

import dev.steppe.model.Artifact;
import dev.steppe.model.Connect;
import dev.steppe.model.ConnectProxy;
import dev.steppe.model.JobSpec;
import dev.steppe.model.LogConfig;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.Port;
import dev.steppe.model.Resources;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.SidecarService;
import dev.steppe.model.SpreadTarget;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.Template;
import dev.steppe.model.Upstream;
import dev.steppe.model.Vault;
import dev.steppe.model.VolumeMount;
import dev.steppe.model.VolumeRequest;
import java.util.List;
import java.util.Optional;

/**
 * Where job files do not follow the rule that a component's name in snake case is its name in a job file; and the words of
 * the job specification that Steppe does not know what to do with yet, which are refused by name.
 */
final class Vocabulary {
    private Vocabulary() {}

    /** The name in job files of a component that does not follow the rule. */
    static Optional<String> rename(Class<?> type, String component) {
        return switch (component) {
            case "value" -> type == Port.class ? Optional.of("static") : Optional.empty();
            case "taskGroups" -> Optional.of("groups");
            case "restartPolicy" -> Optional.of("restart");
            case "reschedulePolicy" -> Optional.of("reschedule");
            case "logConfig" -> Optional.of("logs");
            case "portLabel" -> Optional.of("port");
            case "taskName" -> Optional.of("task");
            case "memoryMb" -> Optional.of("memory");
            case "memoryMaxMb" -> Optional.of("memory_max");
            case "diskMb" -> Optional.of("disk");
            case "sizeMb" -> Optional.of("size");
            case "maxFileSizeMb" -> Optional.of("max_file_size");
            case "byItself" -> Optional.of("native");
            case "permissions" -> Optional.of("perms");
            case "environment" -> Optional.of("env");
            case "megabits" -> Optional.of("mbits");
            case "leftTarget" -> Optional.of("attribute");
            case "rightTarget" -> Optional.of("value");
            case "operand" -> Optional.of("operator");
            default -> Optional.empty();
        };
    }

    /** The block's name for a component that holds several; only upstreams keep their plural. */
    static String singular(String name) {
        if (name.equals("upstreams")) {
            return name;
        }
        return name.endsWith("ies")
                ? name.substring(0, name.length() - 3) + "y"
                : name.endsWith("s") ? name.substring(0, name.length() - 1) : name;
    }

    /** Whether the component is the label of the record's block. */
    static boolean isLabel(Class<?> type, String component) {
        return switch (component) {
            case "id" -> type == JobSpec.class;
            case "name" -> type == TaskGroup.class || type == Task.class || type == VolumeRequest.class;
            case "label" -> type == Port.class;
            case "value" -> type == SpreadTarget.class;
            default -> false;
        };
    }

    /** Whether the component cannot be set by a job file, or is written in a form of its own. */
    static boolean isHidden(Class<?> type, String component) {
        if (type == NetworkResource.class) {
            return List.of("device", "cidr", "ip", "reservedPorts", "dynamicPorts")
                    .contains(component);
        }
        return type == Task.class && component.equals("kind") || type == Resources.class && component.equals("diskMb");
    }

    /** What is known in job files but not supported in a block of this record. */
    static List<String> unsupported(Class<?> type) {
        String words = "";
        if (type == JobSpec.class) {
            words = "migrate periodic parameterized multiregion ui secret consul_token vault_token";
        } else if (type == TaskGroup.class) {
            words = "migrate scaling consul disconnect max_run_duration stop_after_client_disconnect"
                    + " max_client_disconnect prevent_reschedule_on_lost";
        } else if (type == Task.class) {
            words = "dispatch_payload consul csi_plugin schedule identity action scaling secret kind";
        } else if (type == Resources.class) {
            words = "secrets device numa disk";
        } else if (type == NetworkResource.class) {
            words = "cni reserved_ports";
        } else if (type == Port.class) {
            words = "ignore_collision";
        } else if (type == Service.class) {
            words = "canary_meta tagged_addresses enable_tag_override on_update identity weights cluster kind";
        } else if (type == ServiceCheck.class) {
            words = "advertise tls_server_name notes failures_before_warning on_update";
        } else if (type == Connect.class) {
            words = "sidecar_task gateway";
        } else if (type == SidecarService.class || type == ConnectProxy.class) {
            words = "transparent_proxy";
        } else if (type == Upstream.class) {
            words = "destination_peer destination_partition destination_type local_bind_socket_path"
                    + " local_bind_socket_mode mesh_gateway";
        } else if (type == VolumeRequest.class) {
            words = "sticky per_alloc access_mode attachment_mode mount_options";
        } else if (type == VolumeMount.class) {
            words = "propagation_mode selinux_label";
        } else if (type == RestartPolicy.class) {
            words = "render_templates";
        } else if (type == LogConfig.class) {
            words = "enabled";
        } else if (type == Artifact.class) {
            words = "insecure chown";
        } else if (type == Template.class) {
            words = "change_script uid gid once wait error_on_missing_key vault_grace";
        } else if (type == Vault.class) {
            words = "disable_file allow_token_expiration";
        }
        return words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
    }

    /** What to do instead of an unsupported word. */
    static String advice(String name) {
        return switch (name) {
            case "disk" -> "Use the group's ephemeral_disk block.";
            case "consul_token", "vault_token" -> "Remove it; tasks have identities of their own.";
            case "max_client_disconnect", "stop_after_client_disconnect", "prevent_reschedule_on_lost" ->
                "Remove it; it was replaced by the disconnect block, which is not supported yet either.";
            case "enabled" -> "Write disabled = true to keep no logs.";
            default -> "Remove it.";
        };
    }

    /** The attributes a block cannot do without. */
    static List<String> required(Class<?> type) {
        if (type == Task.class) {
            return List.of("driver");
        }
        if (type == Template.class) {
            return List.of("destination");
        }
        if (type == Artifact.class) {
            return List.of("source");
        }
        if (type == ServiceCheck.class) {
            return List.of("type", "interval", "timeout");
        }
        if (type == Upstream.class) {
            return List.of("destination_name", "local_bind_port");
        }
        if (type == VolumeMount.class) {
            return List.of("volume", "destination");
        }
        return type == SpreadTarget.class ? List.of("percent") : List.of();
    }
}
