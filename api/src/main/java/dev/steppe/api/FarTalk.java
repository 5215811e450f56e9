package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.io.TaskScope;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentTalk;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.util.Optional;

/** A WebSocket whose messages another agent answers: each end's messages go to the other as they are. */
final class FarTalk {
    private FarTalk() {}

    static boolean isWanted(Request request) {
        return request.header("Upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
    }

    /** The talk, or the other agent's own words where it wants none. */
    static Answer open(AgentCalls calls, HostPort agent, AgentCalls.Call call)
            throws IOException, InterruptedException {
        try {
            var far = calls.talk(agent, call);
            return new Answer.Conversation(near -> hold(near, far));
        } catch (AgentCalls.TurnedDownException refused) {
            return Response.text(refused.status(), refused.text());
        }
    }

    private static void hold(Answer.Peer near, AgentTalk far) throws IOException, InterruptedException {
        try (far;
                var scope = new TaskScope("far-talk")) {
            scope.startVirtual("there", () -> sendThere(near, far));
            for (var message = far.receive(); message.isPresent(); message = far.receive()) {
                near.send(Bytes.wrap(message.get()));
            }
            near.close(far.end().code(), far.end().reason());
        }
    }

    private static void sendThere(Answer.Peer near, AgentTalk far) {
        try {
            for (Optional<Bytes> message = near.receive(); message.isPresent(); message = near.receive()) {
                far.send(message.get().toArray());
            }
            far.close();
        } catch (IOException gone) {
            // whoever receives from there learns of it, with the reason
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }
}
