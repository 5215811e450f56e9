package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.scheduler.DrainPreview;
import dev.steppe.server.NodeEndpoint.DrainWish;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What operators do with the nodes of a region and their pools. Safe for use from any thread; what changes something blocks
 * until it is durable and applied here.
 */
public interface RegionNodes {

    /** A changed node: the index of the change and the evaluations it set off. */
    record Written(long index, List<EvaluationId> evaluations) {}

    /** Lets a node have new allocations or not. */
    Written setEligibility(NodeId node, boolean eligible) throws Refused, IOException, InterruptedException;

    /** Empties a node; without a wish it is emptied no more, and gets new allocations only when {@code eligible}. */
    Written drain(NodeId node, Optional<DrainWish> wish, boolean eligible, SortedMap<String, String> meta)
            throws Refused, IOException, InterruptedException;

    /** Tells where the allocations of a node would go if it were emptied, and changes nothing. */
    DrainPreview planDrain(NodeId node, DrainWish wish) throws Refused, IOException, InterruptedException;

    /** Has the scheduler look at every job the node concerns. */
    Written evaluate(NodeId node) throws Refused, IOException, InterruptedException;

    /** Forgets a node; what ran there is lost. */
    Written purge(NodeId node) throws Refused, IOException, InterruptedException;

    /** Makes a pool or changes its words; returns the index of the change. */
    long put(NodePool pool) throws Refused, IOException, InterruptedException;

    /** Forgets a pool that nothing is in; returns the index of the change. */
    long deletePool(String name) throws Refused, IOException, InterruptedException;
}
