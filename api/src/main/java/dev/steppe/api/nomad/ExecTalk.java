package dev.steppe.api.nomad;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.client.driver.DriverException;
import dev.steppe.io.linux.PseudoTerminal;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The frames of a command over a WebSocket: JSON, with bytes in base64. The client's are read on the talk's thread, the
 * command's output is sent on the session's; the exit code is the last frame.
 */
final class ExecTalk implements CommandSession.Output {
    private static final int WELL = 1000;
    private static final int FAILED = 1011;
    private static final int REFUSED = 1008;

    private final Answer.Peer peer;

    ExecTalk(Answer.Peer peer) {
        this.peer = peer;
    }

    /** Starts the command. */
    interface Start {
        CommandSession with(CommandSession.Output output) throws DriverException;
    }

    /** With {@code introduced} the client's first message says who it is, as browsers do, which cannot send headers. */
    void hold(boolean introduced, Start start) throws IOException, InterruptedException {
        if (introduced && !isIntroduction(peer.receive())) {
            peer.close(REFUSED, "the first message must be {\"version\":1,\"auth_token\":\"...\"}");
            return;
        }
        try (var session = start.with(this)) {
            listen(session);
        } catch (DriverException refused) {
            peer.close(refused.recoverable() ? FAILED : REFUSED, refused.getMessage());
        }
    }

    private static boolean isIntroduction(Optional<Bytes> message) {
        return message.flatMap(ExecTalk::read)
                .filter(read -> number(read, "version") == 1)
                .isPresent();
    }

    @Override
    public void ended(CommandSession.End end) throws IOException, InterruptedException {
        switch (end) {
            case CommandSession.End.Exited exited -> {
                send(Map.of("exited", true, "result", Map.of("exit_code", exited.code())));
                peer.close(WELL, "");
            }
            case CommandSession.End.Broken broken -> peer.close(FAILED, broken.reason());
        }
    }

    private void listen(CommandSession session) throws IOException, InterruptedException {
        for (var message = peer.receive(); message.isPresent(); message = peer.receive()) {
            var frame = read(message.get());
            if (frame.isEmpty()) {
                peer.close(REFUSED, "a message is not a JSON object");
                return;
            }
            try {
                take(frame.get(), session);
            } catch (IllegalArgumentException wrong) {
                peer.close(REFUSED, "a message is wrong: " + wrong.getMessage());
                return;
            }
        }
    }

    private static void take(Map<?, ?> frame, CommandSession session) throws IOException, InterruptedException {
        if (frame.get("stdin") instanceof Map<?, ?> stdin) {
            if (stdin.get("data") instanceof String data) {
                session.write(Base64.getDecoder().decode(data));
            }
            if (Boolean.TRUE.equals(stdin.get("close"))) {
                session.endInput();
            }
        }
        if (frame.get("tty_size") instanceof Map<?, ?> size) {
            session.resize(new PseudoTerminal.Size(number(size, "height"), number(size, "width")));
        }
    }

    private static Optional<Map<?, ?>> read(Bytes message) {
        try {
            return Codec.fromJson(Object.class, message.toArray()) instanceof Map<?, ?> frame
                    ? Optional.of(frame)
                    : Optional.empty();
        } catch (CodecException wrong) {
            return Optional.empty();
        }
    }

    private static int number(Map<?, ?> frame, String key) {
        return frame.get(key) instanceof Number number ? number.intValue() : 0;
    }

    @Override
    public void stdout(byte[] bytes) throws IOException, InterruptedException {
        send(Map.of("stdout", Map.of("data", Base64.getEncoder().encodeToString(bytes))));
    }

    @Override
    public void stderr(byte[] bytes) throws IOException, InterruptedException {
        send(Map.of("stderr", Map.of("data", Base64.getEncoder().encodeToString(bytes))));
    }

    private void send(Map<String, Object> frame) throws IOException, InterruptedException {
        peer.send(Bytes.wrap(Codec.toJsonBytes(new TreeMap<>(frame), false)));
    }
}
