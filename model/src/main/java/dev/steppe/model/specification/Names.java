package dev.steppe.model.specification;

import dev.steppe.model.GatewayBindAddress;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MultiregionRegion;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.Port;
import dev.steppe.model.RequestedDevice;
import dev.steppe.model.ScalingPolicy;
import dev.steppe.model.Secret;
import dev.steppe.model.SpreadTarget;
import dev.steppe.model.Task;
import dev.steppe.model.TaskAction;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.VolumeRequest;
import dev.steppe.model.codec.JsonNames;
import java.util.List;
import java.util.Optional;

/**
 * The words of job files for the components of records: the name in snake case, in the singular for blocks that may be
 * repeated, and the exceptions from that rule.
 */
public final class Names {
    private static final List<Class<?>> LABELLED_BY_NAME = List.of(
            TaskGroup.class,
            Task.class,
            VolumeRequest.class,
            RequestedDevice.class,
            TaskAction.class,
            Secret.class,
            MultiregionRegion.class,
            GatewayBindAddress.class);

    private Names() {}

    /** The word for a component that is an attribute or a single block. */
    public static String of(Class<?> type, String component) {
        return exception(type, component).orElseGet(() -> JsonNames.snakeCase(component));
    }

    private static Optional<String> exception(Class<?> type, String component) {
        return switch (component) {
            case "value" -> type == Port.class ? Optional.of("static") : Optional.empty();
            case "taskGroups" -> Optional.of("groups");
            case "restartPolicy" -> Optional.of("restart");
            case "reschedulePolicy" -> Optional.of("reschedule");
            case "scalingPolicies" -> Optional.of("scaling");
            case "logConfig" -> Optional.of("logs");
            case "portLabel" -> Optional.of("port");
            case "taskName" -> Optional.of("task");
            case "memoryMb" -> Optional.of("memory");
            case "memoryMaxMb" -> Optional.of("memory_max");
            case "diskMb" -> Optional.of("disk");
            case "secretsMb" -> Optional.of("secrets");
            case "sizeMb" -> Optional.of("size");
            case "maxFileSizeMb" -> Optional.of("max_file_size");
            case "byItself" -> Optional.of("native");
            case "permissions" -> Optional.of("perms");
            case "environment" -> Optional.of("env");
            case "megabits" -> Optional.of("mbits");
            case "leftTarget" -> Optional.of("attribute");
            case "rightTarget" -> Optional.of("value");
            case "operand" -> Optional.of("operator");
            case "audience" -> Optional.of("aud");
            case "spec" -> Optional.of("cron");
            case "specs" -> Optional.of("crons");
            case "waitConfig" -> Optional.of("wait");
            default -> Optional.empty();
        };
    }

    /** The word for one of several blocks; upstreams and bind addresses keep their plural. */
    public static String singular(String name) {
        if (name.equals("upstreams") || name.equals("envoy_gateway_bind_addresses") || name.equals("scaling")) {
            return name;
        }
        if (name.endsWith("ies")) {
            return name.substring(0, name.length() - 3) + "y";
        }
        return name.endsWith("s") ? name.substring(0, name.length() - 1) : name;
    }

    /** Whether the component is the label of the record's block. */
    public static boolean isLabel(Class<?> type, String component) {
        return switch (component) {
            case "id" -> type == JobSpec.class;
            case "name" -> LABELLED_BY_NAME.contains(type);
            case "label" -> type == Port.class;
            case "value" -> type == SpreadTarget.class;
            default -> false;
        };
    }

    /** Whether the block may have a label, which then is the component: the size that an autoscaler changes. */
    public static boolean isOptionalLabel(Class<?> type, String component) {
        return type == ScalingPolicy.class && component.equals("type");
    }

    /** Whether the component cannot be set by a job file, or is written in a form of its own. */
    public static boolean isHidden(Class<?> type, String component) {
        return type == NetworkResource.class && (component.equals("reservedPorts") || component.equals("dynamicPorts"))
                || type == Task.class && component.equals("identity");
    }
}
