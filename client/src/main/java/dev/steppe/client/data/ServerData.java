package dev.steppe.client.data;

import dev.steppe.client.Client;
import dev.steppe.io.Loop;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Ids;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import dev.steppe.wire.Message;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Follows data over the node's stream to the servers. A new stream is asked everything again; what it says is told only
 * where it is different. Owned by the node's loop.
 */
public final class ServerData implements DataReader {
    private final Loop loop;
    private final TreeMap<String, Followed> followed = new TreeMap<>();
    private Optional<Client> client = Optional.empty();

    public ServerData(Loop loop) {
        this.loop = loop;
    }

    /** Reads through the client from now on; watches that began before are asked for when it is connected. */
    public void readThrough(Client reader) {
        reader.listen(this::received);
        loop.execute(() -> client = Optional.of(reader));
    }

    private static final class Followed {
        private final Message.WatchData wish;
        private final Consumer<DataAnswer> listener;
        private byte[] last = new byte[0];

        private Followed(Message.WatchData wish, Consumer<DataAnswer> listener) {
            this.wish = wish;
            this.listener = listener;
        }

        private void found(DataAnswer answer) {
            byte[] now = new Message.DataFound("", answer).encode();
            if (!Arrays.equals(last, now)) {
                last = now;
                listener.accept(answer);
            }
        }
    }

    @Override
    public Watch watch(AllocationId allocation, String task, DataQuery query, Consumer<DataAnswer> listener) {
        String request = Ids.random(loop.random());
        var wish = new Message.WatchData(request, allocation, task, query);
        followed.put(request, new Followed(wish, listener));
        client.ifPresent(it -> it.send(wish));
        return () -> {
            if (followed.remove(request) != null) {
                client.ifPresent(it -> it.send(new Message.ForgetData(request)));
            }
        };
    }

    private void received(Message.ToNode message) {
        switch (message) {
            case Message.Welcome welcome ->
                followed.values().forEach(it -> client.ifPresent(open -> open.send(it.wish)));
            case Message.DataFound found ->
                Optional.ofNullable(followed.get(found.request())).ifPresent(it -> it.found(found.answer()));
            case Message.Assignments assignments -> {}
            case Message.MeshConfiguration configuration -> {}
            case Message.EndsTaken taken -> {}
            case Message.HeartbeatTaken taken -> {}
            case Message.LeafSigned signed -> {}
        }
    }
}
