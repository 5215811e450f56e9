package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.io.linux.PseudoTerminal;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A command inside a running task, over a WebSocket. */
final class ExecRoute {
    /** Until the client says how large its terminal is. */
    private static final PseudoTerminal.Size SIZE_AT_FIRST = new PseudoTerminal.Size(24, 80);

    private static final int WORDS_MAX = 4096;

    private final Region region;
    private final Optional<LocalNode> node;

    ExecRoute(Region region, Optional<LocalNode> node) {
        this.region = region;
        this.node = node;
    }

    List<Route> routes() {
        return List.of(Route.get("/v1/client/allocation/{id}/exec", Right.EXECUTE, this::exec));
    }

    /** What can be refused is refused before the connection becomes a WebSocket: then the client sees status and text. */
    private Answer exec(Request request) throws Refused {
        var allocation = Here.allocation(region, node, request);
        var task = Here.task(allocation, request);
        var here = Here.node(node, allocation);
        var state = allocation.client().taskStates().get(task);
        if (state == null || state.status() != TaskStatus.RUNNING) {
            throw new Refused(Refused.Kind.RULE_BROKEN, "task \"" + task + "\" is not running");
        }
        var terminal = request.query().flag("tty") ? Optional.of(SIZE_AT_FIRST) : Optional.<PseudoTerminal.Size>empty();
        var wish = new CommandSession.Wish(command(request), terminal);
        boolean introduced = request.query().flag("ws_handshake");
        return new Answer.Conversation(peer ->
                new ExecTalk(peer).hold(introduced, output -> here.enter(allocation.id(), task, wish, output)));
    }

    private static List<String> command(Request request) throws Refused {
        var text = request.query()
                .text("command")
                .orElseThrow(() -> Refused.invalid("must provide the command as a JSON list of texts"));
        var words = new ArrayList<String>();
        for (Object word : list(text)) {
            words.add(String.valueOf(word));
        }
        if (words.isEmpty() || words.getFirst().isEmpty() || words.size() > WORDS_MAX) {
            throw Refused.invalid("command is not present: it is a JSON list of one to " + WORDS_MAX + " texts");
        }
        if (words.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            throw Refused.invalid("a word of the command contains a NUL byte");
        }
        return words;
    }

    private static List<?> list(String json) throws Refused {
        try {
            if (Codec.fromJson(Object.class, Bytes.utf8(json).toArray()) instanceof List<?> words) {
                return words;
            }
        } catch (CodecException wrong) {
            throw Refused.invalid("command is not JSON: " + wrong.getMessage());
        }
        throw Refused.invalid("command must be a JSON list of texts, as [\"ls\",\"-l\"]");
    }
}
