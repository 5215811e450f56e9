package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.scheduler.DrainPreview;
import dev.steppe.server.NodeEndpoint;
import dev.steppe.server.NodeEndpoint.DrainWish;
import dev.steppe.server.Reply;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/** Nodes and pools as an agent that is a server itself reaches them. */
record ServerRegionNodes(NodeEndpoint endpoint) implements RegionNodes {

    private static Written changed(Consumer<Consumer<Reply<NodeEndpoint.Changed>>> ask)
            throws Refused, IOException, InterruptedException {
        var done = ServerRegion.done(ask);
        return new Written(done.index(), done.value().evaluations());
    }

    @Override
    public Written setEligibility(NodeId node, boolean eligible) throws Refused, IOException, InterruptedException {
        return changed(then -> endpoint.setEligibility(node, eligible, then));
    }

    @Override
    public Written drain(NodeId node, Optional<DrainWish> wish, boolean eligible, SortedMap<String, String> meta)
            throws Refused, IOException, InterruptedException {
        return wish.isPresent()
                ? changed(then -> endpoint.drain(node, wish.get(), meta, then))
                : changed(then -> endpoint.endDrain(node, eligible, meta, then));
    }

    @Override
    public DrainPreview planDrain(NodeId node, DrainWish wish) throws Refused, IOException, InterruptedException {
        Reply.Done<DrainPreview> done = ServerRegion.done(then -> endpoint.planDrain(node, wish, then));
        return done.value();
    }

    @Override
    public Written evaluate(NodeId node) throws Refused, IOException, InterruptedException {
        return changed(then -> endpoint.evaluate(node, then));
    }

    @Override
    public Written purge(NodeId node) throws Refused, IOException, InterruptedException {
        return changed(then -> endpoint.purge(node, then));
    }

    @Override
    public long put(NodePool pool) throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = ServerRegion.done(then -> endpoint.putPool(pool, then));
        return done.index();
    }

    @Override
    public long deletePool(String name) throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = ServerRegion.done(then -> endpoint.deletePool(name, then));
        return done.index();
    }
}
