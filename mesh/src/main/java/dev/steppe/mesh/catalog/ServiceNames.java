package dev.steppe.mesh.catalog;

import dev.steppe.model.Allocation;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import java.util.LinkedHashMap;
import java.util.Map;

/** How services, their instances, proxies, ports and checks are called, and what stands behind variables in names. */
public final class ServiceNames {
    private ServiceNames() {}

    /** The service that the proxy beside a service is listed as. */
    public static String sidecar(String service) {
        return service + "-sidecar-proxy";
    }

    /** The label of the port on which the proxy of a service is reached by other proxies. */
    public static String sidecarPort(String service) {
        return dev.steppe.model.PortMapping.proxyLabel(service);
    }

    /** The id of an instance. The owner is {@code group-<group>} for a service of a group, and the task for one of a task. */
    public static String instance(Allocation allocation, String owner, String service, String portLabel) {
        return "_nomad-task-" + allocation.id() + "-" + owner + "-" + service + "-" + portLabel;
    }

    /** The name of a check that has none of its own. */
    static String check(ServiceCheck check, String service) {
        return check.name().isEmpty() ? "service: \"" + service + "\" check" : check.name();
    }

    /** The name of a service: as given, or made of job, group and task. */
    static String service(Service service, Allocation allocation, String task) {
        String base = allocation.jobId() + "-" + allocation.taskGroup() + (task.isEmpty() ? "" : "-" + task);
        return service.name().isEmpty() ? base : service.name();
    }

    /** What names, tags and meta of an allocation's services may refer to. */
    static Map<String, String> variables(Allocation allocation, JobSpec job, NodeEntry node, String task) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("JOB", job.name());
        variables.put("TASKGROUP", allocation.taskGroup());
        variables.put("TASK", task);
        variables.put("BASE", job.name() + "-" + allocation.taskGroup() + "-" + task);
        variables.put("NOMAD_ALLOC_ID", allocation.id().value());
        variables.put(
                "NOMAD_SHORT_ALLOC_ID",
                dev.steppe.model.Ids.shortId(allocation.id().value()));
        variables.put("NOMAD_ALLOC_NAME", allocation.name());
        variables.put("NOMAD_ALLOC_INDEX", Integer.toString(allocation.index()));
        variables.put("NOMAD_JOB_ID", allocation.jobId().value());
        variables.put("NOMAD_JOB_NAME", job.name());
        variables.put("NOMAD_GROUP_NAME", allocation.taskGroup());
        variables.put("NOMAD_TASK_NAME", task);
        variables.put("NOMAD_NAMESPACE", allocation.namespace());
        variables.put("NOMAD_REGION", job.region());
        variables.put("NOMAD_DC", node.datacenter());
        variables.put("node.unique.id", node.id().value());
        variables.put("node.unique.name", node.name());
        variables.put("node.datacenter", node.datacenter());
        variables.put("node.region", job.region());
        return variables;
    }

    /** Replaces each {@code ${name}} that is known; the others stay as they are. */
    static String interpolate(String text, Map<String, String> variables) {
        int open = text.indexOf("${");
        if (open < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        while (open >= 0) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                break;
            }
            String name = text.substring(open + 2, close).strip();
            String value = variables.getOrDefault(name, text.substring(open, close + 1));
            out.append(text, from, open).append(value);
            from = close + 1;
            open = text.indexOf("${", from);
        }
        return out.append(text.substring(from)).toString();
    }
}
