package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.scheduler.DrainPreview;
import dev.steppe.server.NodeEndpoint.DrainWish;
import dev.steppe.state.Command;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;

/** The nodes of a world: what is asked is a command, and there is nobody who acts on it. */
record WorldNodes(World world) implements RegionNodes {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private Written apply(Command command) throws Refused {
        return new Written(world.apply(command), List.of());
    }

    @Override
    public Written setEligibility(NodeId node, boolean eligible) throws Refused {
        return apply(new Command.SetNodeEligibility(node, eligible ? Node.ELIGIBLE : Node.INELIGIBLE, List.of(), AT));
    }

    @Override
    public Written drain(NodeId node, Optional<DrainWish> wish, boolean eligible, SortedMap<String, String> meta)
            throws Refused {
        return wish.isPresent()
                ? apply(new Command.DrainNode(node, strategy(wish.get()), meta, List.of(), AT))
                : apply(new Command.EndDrain(node, false, eligible, meta, Collections.emptySortedMap(), List.of(), AT));
    }

    private static DrainStrategy strategy(DrainWish wish) {
        return DrainStrategy.beginning(wish.deadline(), wish.ignoreSystemJobs(), AT);
    }

    @Override
    public DrainPreview planDrain(NodeId node, DrainWish wish) {
        return DrainPreview.of(world.snapshot(), node, strategy(wish), AT, new SplittableRandom(7));
    }

    @Override
    public Written evaluate(NodeId node) throws Refused {
        return apply(new Command.PutEvaluations(List.of(), AT));
    }

    @Override
    public Written purge(NodeId node) throws Refused {
        return apply(new Command.RemoveNodes(List.of(node), List.of(), AT));
    }

    @Override
    public long put(NodePool pool) throws Refused {
        return world.apply(new Command.PutNodePool(pool, AT));
    }

    @Override
    public long deletePool(String name) throws Refused {
        return world.apply(new Command.DeleteNodePool(name, AT));
    }
}
