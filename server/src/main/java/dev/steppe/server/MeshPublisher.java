package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.state.Event;
import dev.steppe.state.Store;
import java.util.List;

/** Sends each connected node what its proxy is to do, whenever that changes. Owned by the server's loop. */
final class MeshPublisher {
    private final Loop loop;
    private final Store store;
    private final NodeSessions sessions;
    private final Server.Options options;

    MeshPublisher(Loop loop, Store store, NodeSessions sessions, Server.Options options) {
        this.loop = loop;
        this.store = store;
        this.sessions = sessions;
        this.options = options;
    }

    void applied(List<Event> events) {
        loop.now();
        store.snapshot();
        sessions.connected();
        options.datacenter();
    }
}
