package dev.steppe.cli.alloc;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.http.WebSocket;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.cli.json.JsonWriter;
import dev.steppe.cli.terminal.Background;
import dev.steppe.cli.terminal.RawTerminal;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** A command in a task at this end: what is typed goes there, what it prints comes here, until its exit code. */
final class ExecStream {
    private static final int TYPED_BYTES = 8 * 1024;
    /** So that nothing between here and the agent takes a quiet session for a dead one. */
    private static final long KEEP_ALIVE_MILLIS = 10_000;

    private final WebSocket socket;
    private final Terminal terminal;
    private volatile boolean left;

    ExecStream(WebSocket socket, Terminal terminal) {
        this.socket = socket;
        this.terminal = terminal;
    }

    /** Moves bytes until the command has ended; answers its exit code. */
    int run(boolean typing, Optional<EscapeKeys> escape) throws IOException, CommandFailure {
        Background.start("input", () -> type(typing, escape));
        Background.start("keep-alive", this::keepAlive);
        while (true) {
            var message = next();
            if (message.isEmpty()) {
                throw new CommandFailure(
                        socket.closeReason().isEmpty()
                                ? "The agent closed the session before the command ended"
                                : socket.closeReason());
            }
            var frame = read(message.get());
            print(frame.at("stdout"), terminal.out());
            print(frame.at("stderr"), terminal.err());
            if (frame.isTrue("exited")) {
                return (int) frame.at("result").number("exit_code");
            }
        }
    }

    private Optional<String> next() throws CommandFailure {
        try {
            return socket.receive();
        } catch (IOException lost) {
            if (left) {
                throw new CommandFailure("Left the session; the agent ends the command");
            }
            throw new CommandFailure("The connection to the agent was lost; it ends the command");
        }
    }

    private static Json read(String message) throws IOException {
        try {
            return JsonReader.read(message);
        } catch (JsonSyntaxException wrong) {
            throw new IOException("the agent's message is " + wrong.getMessage(), wrong);
        }
    }

    private static void print(Json part, java.io.PrintStream to) {
        var data = part.text("data");
        if (!data.isEmpty()) {
            to.writeBytes(Base64.getDecoder().decode(data));
            to.flush();
        }
    }

    private void type(boolean typing, Optional<EscapeKeys> escape) throws IOException {
        var buffer = new byte[TYPED_BYTES];
        while (typing) {
            var count = terminal.in().read(buffer);
            if (count < 0) {
                break;
            }
            var typed = Arrays.copyOf(buffer, count);
            if (escape.isPresent()) {
                var meant = escape.get().meant(typed);
                if (meant.isEmpty()) {
                    left = true;
                    socket.close();
                    return;
                }
                typed = meant.get();
            }
            if (typed.length > 0) {
                stdin(Map.of("data", Json.of(Base64.getEncoder().encodeToString(typed))));
            }
        }
        stdin(Map.of("close", Json.of(true)));
    }

    private void stdin(Map<String, Json> part) throws IOException {
        send(Map.of("stdin", new Json.Obj(part)));
    }

    /** Tells the command how large the terminal is. */
    void resize(RawTerminal.Size size) {
        try {
            send(Map.of(
                    "tty_size",
                    new Json.Obj(Map.of("height", Json.of(size.rows()), "width", Json.of(size.columns())))));
        } catch (IOException over) {
            // the receiving side tells why
        }
    }

    private void keepAlive() throws IOException, InterruptedException {
        while (true) {
            Thread.sleep(KEEP_ALIVE_MILLIS);
            send(Map.of());
        }
    }

    private void send(Map<String, Json> frame) throws IOException {
        socket.send(JsonWriter.compact(new Json.Obj(frame)));
    }
}
