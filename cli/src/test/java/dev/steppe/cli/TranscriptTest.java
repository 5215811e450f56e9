package dev.steppe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proves what the commands print and ask: each file under {@code transcripts} holds the answers of an agent and, for
 * each command line, the exit code, the requests and the output. {@code -Dtranscripts.rewrite=true} writes what happens
 * now into the files, to be reviewed as a diff.
 */
class TranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    static List<Path> transcripts() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void commands_answer_as_written_down(Path file) throws IOException {
        var written = Files.readString(file);
        var happened = new Replay().play(written);
        if (Boolean.getBoolean("transcripts.rewrite")) {
            Files.writeString(file, happened);
            return;
        }
        assertThat(happened)
                .as("%s (rewrite with -Dtranscripts.rewrite=true and review the diff)", file)
                .isEqualTo(written);
    }

    /** Plays one file and writes it anew. */
    private static final class Replay {
        private final StringBuilder happened = new StringBuilder();

        String play(String written) throws IOException {
            var blocks = written.split("(?m)^(?=(?:reply|run) )");
            happened.append(blocks[0]);
            List<String> replies = new ArrayList<>();
            for (var block : List.of(blocks).subList(1, blocks.length)) {
                if (block.startsWith("reply ")) {
                    happened.append(block);
                    replies.add(block);
                } else {
                    run(block.lines().findFirst().orElseThrow(), replies);
                }
            }
            return happened.toString();
        }

        private void run(String line, List<String> replies) throws IOException {
            try (var server = new ReplayServer()) {
                replies.forEach(reply -> prepare(server, reply));
                var out = new ByteArrayOutputStream();
                var terminal = new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new ByteArrayInputStream(new byte[0]),
                        InstantSource.fixed(NOW),
                        Optional.of(ZoneOffset.UTC),
                        line.contains("-force-color"));
                var environment = new TreeMap<String, String>();
                environment.put("NOMAD_ADDR", server.address());
                environment.put("CONSUL_HTTP_ADDR", server.address());
                var code = Main.run(words(line), terminal, environment);
                happened.append(line).append("\nexit ").append(code).append('\n');
                server.requests()
                        .forEach(request ->
                                happened.append("  > ").append(request).append('\n'));
                out.toString(StandardCharsets.UTF_8)
                        .replace("\033", "\\e")
                        .lines()
                        .forEach(text ->
                                happened.append(("  | " + text).stripTrailing()).append('\n'));
                happened.append('\n');
            }
        }

        private static List<String> words(String line) {
            List<String> words = new ArrayList<>();
            for (var word : line.substring("run ".length()).split(" ")) {
                words.add(word.replace("FILES", "src/test/resources/files"));
            }
            return words;
        }

        private static void prepare(ReplayServer server, String block) {
            var first = block.lines().findFirst().orElseThrow().split(" ");
            var body = block.substring(block.indexOf('\n') + 1).strip();
            var status = first.length > 3 ? Integer.parseInt(first[3]) : 200;
            var index = first.length > 4 ? Long.parseLong(first[4]) : 10;
            server.prepare(first[1] + " " + first[2], new ReplayServer.Answer(status, index, content(body)));
        }

        private static String content(String body) {
            if (!body.startsWith("@")) {
                return body;
            }
            try {
                return Files.readString(Path.of("src/test/resources/files").resolve(body.substring(1)));
            } catch (IOException missing) {
                throw new UncheckedIOException(missing);
            }
        }
    }
}
