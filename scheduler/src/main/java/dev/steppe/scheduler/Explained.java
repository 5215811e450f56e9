package dev.steppe.scheduler;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.SortedMap;

/**
 * Why a job, an allocation or an evaluation is as it is and what comes next, all of it true of one snapshot. Whatever was
 * asked about, the groups are those that it says something about.
 */
public record Explained(
        String subject,
        String id,
        String namespace,
        String jobId,
        List<String> facts,
        List<Group> groups,
        List<Instance> allocations) {

    /**
     * The instances of a group and the nodes for one more of them: {@code fitting} of {@code nodes} would take it. The
     * reasons are those of all the others, and the remedies what would give the unplaced ones a place. Of those
     * {@code replacing} are to replace instances that run on until then.
     */
    public record Group(
            String name,
            int wanted,
            int unplaced,
            int replacing,
            int nodes,
            int fitting,
            List<Reason> reasons,
            List<Scored> best,
            List<String> remedies) {}

    /** Nodes that fail the same check first. The details are those of most nodes; there may be more. */
    public record Reason(String check, int nodes, List<Detail> details) {}

    /** Nodes where a check fails in the same way; some of them by name. */
    public record Detail(String sentence, int nodes, List<String> names) {}

    /** A node where an instance fits or was placed, with the components of its score. */
    public record Scored(
            @Json("NodeID") String nodeId, String node, SortedMap<String, Double> scores, double normScore) {}

    /** What happened to an allocation last, and what comes next; {@code scores} are those it was placed by. */
    public record Instance(
            String id,
            String name,
            String taskGroup,
            @Json("NodeID") String nodeId,
            String node,
            String status,
            List<String> facts,
            List<String> next,
            List<Scored> scores) {}
}
