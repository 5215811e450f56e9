package dev.steppe.agent;

import dev.steppe.agent.link.LinkFiles;
import dev.steppe.api.GossipKeys;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.ServerMember;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.SharedKey;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The keys that servers have in common: kept on disk once they were changed while servers ran, and changed on all servers
 * that are there. Safe for use from any thread.
 */
final class ServerKeyring implements GossipKeys {
    private static final System.Logger LOG = System.getLogger(ServerKeyring.class.getName());
    private static final String PATH = "/agent/v1/keyring";
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final SharedKey keys;
    private final LinkFiles files;
    private final AgentCalls calls;
    private final ServerMember self;
    private final Supplier<List<ServerMember>> members;

    ServerKeyring(
            SharedKey keys,
            LinkFiles files,
            AgentCalls calls,
            ServerMember self,
            Supplier<List<ServerMember>> members) {
        this.keys = keys;
        this.files = files;
        this.calls = calls;
        this.self = self;
        this.members = members;
    }

    /** What one server asks another to do. */
    record Wish(String action, String key) {
        @Override
        public String toString() {
            return "Wish[" + action + "]";
        }
    }

    /** The keys of one server, the one that it shows first. */
    record Held(List<String> keys) {
        @Override
        public String toString() {
            return "Held[" + keys.size() + "]";
        }
    }

    /** What other servers ask. */
    Route route() {
        return Route.write(PATH, Right.ANYONE, this::asked);
    }

    private Response asked(Request request) throws Refused, IOException {
        try {
            var wish = Codec.fromJson(Wish.class, request.requiredBody().toArray());
            change(Action.valueOf(wish.action()), wish.key());
        } catch (CodecException | IllegalArgumentException unreadable) {
            throw Refused.invalid("the request of another server cannot be read: " + unreadable.getMessage());
        }
        return Response.json(Bytes.wrap(Codec.toJsonBytes(new Held(keys.keys()), false)));
    }

    private synchronized void change(Action action, String key) throws Refused, IOException {
        var held = new ArrayList<>(keys.keys());
        if (held.isEmpty()) {
            throw Refused.invalid(
                    "this server has no key: write one into encrypt, as steppe operator keygen makes it, and"
                            + " start the servers anew");
        }
        switch (action) {
            case LIST -> {
                return;
            }
            case INSTALL -> {
                if (!held.contains(key)) {
                    held.add(key);
                }
            }
            case USE -> {
                if (!held.remove(key)) {
                    throw Refused.invalid("that key is not installed here");
                }
                held.addFirst(key);
            }
            case REMOVE -> {
                if (held.getFirst().equals(key)) {
                    throw Refused.invalid("that key is the one in use: use another one first");
                }
                held.remove(key);
            }
        }
        files.keepKeys(held);
        keys.replace(held);
        LOG.log(Level.INFO, "the keys of encrypt were changed keys=" + held.size());
    }

    @Override
    public Report ask(Action action, String key) throws Refused, InterruptedException {
        var messages = new TreeMap<String, String>();
        var accepted = new TreeMap<String, Integer>();
        var shown = new TreeMap<String, Integer>();
        int servers = 0;
        for (ServerMember member : members.get()) {
            servers++;
            try {
                var held = member.id().equals(self.id()) ? here(action, key) : there(member, action, key);
                held.keys().forEach(each -> accepted.merge(each, 1, Integer::sum));
                held.keys().stream().findFirst().ifPresent(first -> shown.merge(first, 1, Integer::sum));
            } catch (IOException failed) {
                messages.put(member.name(), String.valueOf(failed.getMessage()));
            }
        }
        if (!messages.isEmpty() && messages.size() == servers) {
            throw Refused.invalid(messages.firstEntry().getValue());
        }
        return new Report(servers, messages, accepted, shown);
    }

    private Held here(Action action, String key) throws IOException {
        try {
            change(action, key);
            return new Held(keys.keys());
        } catch (Refused refused) {
            throw new IOException(refused.text(), refused);
        }
    }

    private Held there(ServerMember member, Action action, String key) throws IOException, InterruptedException {
        var wish = Codec.toJsonBytes(new Wish(action.name(), key), false);
        var answer = calls.ask(HostPort.parse(member.agentAddress(), 0), AgentCalls.Call.put(PATH, wish), WITHIN);
        if (!answer.isGood()) {
            throw new IOException(answer.text().strip());
        }
        try {
            return Codec.fromJson(Held.class, answer.body());
        } catch (CodecException unreadable) {
            throw new IOException("its answer cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
