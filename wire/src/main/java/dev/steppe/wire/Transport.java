package dev.steppe.wire;

import java.util.function.Function;

/**
 * The seam between agents: nodes open streams to servers. Implemented within one process, over the network and, with
 * delays and losses, in a simulation.
 */
public interface Transport {

    /** Takes streams of nodes: the function gets the new link and gives who is told what arrives on it. */
    void serve(Function<Link, Link.End> acceptor);

    /** Opens a stream to some server. When none can be reached, the end is told that it is closed. */
    Link connect(Link.End end);
}
