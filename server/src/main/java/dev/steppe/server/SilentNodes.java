package dev.steppe.server;

import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A node that was not heard of for longer than heartbeat and grace together is down, and its jobs are looked at. */
final class SilentNodes implements Controller {
    private final NodeSessions sessions;
    private final Duration patience;

    SilentNodes(NodeSessions sessions, Duration patience) {
        this.sessions = sessions;
        this.patience = patience;
    }

    @Override
    public String name() {
        return "silent-nodes";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var commands = new ArrayList<Command>();
        for (Node node : snapshot.nodes()) {
            boolean silent = sessions.lastHeard(node.id())
                    .map(heard -> heard.plus(patience).isBefore(now))
                    .orElse(false);
            if (node.status() == NodeStatus.READY && silent) {
                commands.add(new Command.SetNodeStatus(
                        node.id(),
                        NodeStatus.DOWN,
                        "not heard of for more than " + patience.toSeconds() + " s",
                        sessions.evaluationsFor(node.id()),
                        now));
            }
        }
        return commands;
    }
}
