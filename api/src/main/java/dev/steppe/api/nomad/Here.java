package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import java.util.Optional;

/** What only the node of an allocation can answer is asked at that node's agent. */
final class Here {
    private Here() {}

    /** The allocation in the path, which must be this node's. */
    static Allocation allocation(Region region, Optional<LocalNode> node, Request request) throws Refused {
        var id = Given.id(AllocationId::new, request);
        var allocation = node.flatMap(local -> local.allocation(id))
                .or(() -> region.snapshot().allocation(id))
                .orElseThrow(() -> Refused.notFound("unknown allocation \"" + id + "\""));
        if (!node(node, allocation).id().equals(allocation.nodeId())) {
            throw Refused.notFound(
                    "allocation " + id + " is on node " + allocation.nodeName() + ": ask the agent there");
        }
        return allocation;
    }

    /** The node beside this agent's API. */
    static LocalNode node(Optional<LocalNode> node, Allocation allocation) throws Refused {
        return node.orElseThrow(() -> Refused.notFound("node is not running a Nomad Client: this agent is a server"
                + " only; ask the agent of node " + allocation.nodeName()));
    }

    /** A task of the allocation by the query; the only one when the query names none. */
    static String task(Allocation allocation, Request request) throws Refused {
        var tasks = allocation.client().taskStates();
        var wanted = request.query().text("task");
        if (wanted.isEmpty() && tasks.size() == 1) {
            return tasks.firstKey();
        }
        var task = wanted.orElseThrow(() ->
                Refused.invalid("must provide task name; the allocation has " + String.join(", ", tasks.keySet())));
        if (!tasks.containsKey(task)) {
            throw Refused.notFound(
                    "unknown task name \"" + task + "\"; the allocation has " + String.join(", ", tasks.keySet()));
        }
        return task;
    }
}
