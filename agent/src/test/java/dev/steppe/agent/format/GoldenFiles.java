package dev.steppe.agent.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Written forms that must not change by accident: below {@code golden/<version>}, one file per type and form. The newest
 * version must be exactly what is written today; older ones must still be read. {@code -Dgolden.write=true} writes the
 * newest anew, and the difference is the review.
 */
final class GoldenFiles {
    private static final int LINE = 64;

    private final Path directory;
    private final boolean write = Boolean.getBoolean("golden.write");

    /** Below the module's test resources. */
    public GoldenFiles(String version) {
        this.directory = Path.of("src/test/resources/golden", version);
    }

    /** Checks the published JSON of a sample. */
    public <T> void checkJson(Class<T> type, T sample) throws IOException, CodecException {
        String json = new String(Codec.toJsonBytes(sample, true), StandardCharsets.UTF_8) + "\n";
        check(type.getSimpleName() + ".json", json);
        var read = Codec.fromJson(type, Files.readString(directory.resolve(type.getSimpleName() + ".json")));
        assertThat(Codec.toJson(read)).as("read back").isEqualTo(Codec.toJson(sample));
    }

    /** Checks a text that says what there is. */
    public void checkText(String name, String text) throws IOException {
        check(name, text);
    }

    /** Checks the binary form of a sample; {@code root} is the sealed interface it is written as, or its own type. */
    public <T> void checkBinary(Class<T> root, T sample) throws IOException, CodecException {
        String name = sample.getClass().getSimpleName() + ".hex";
        byte[] bytes = Codec.toBinary(root, sample);
        check(name, lines(HexFormat.of().formatHex(bytes)));
        byte[] kept = HexFormat.of()
                .parseHex(Files.readString(directory.resolve(name)).replace("\n", ""));
        assertThat(Codec.toJson(Codec.fromBinary(root, kept))).as("read back").isEqualTo(Codec.toJson(sample));
    }

    private void check(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        if (write) {
            Files.createDirectories(directory);
            Files.writeString(file, content);
        }
        assertThat(file)
                .as("a written form is missing; write it with -Dgolden.write=true")
                .exists();
        assertThat(Files.readString(file))
                .as("the written form of " + name + " changed: old logs and other agents have to be read still")
                .isEqualTo(content);
    }

    private static String lines(String hex) {
        var text = new StringBuilder();
        for (int i = 0; i < hex.length(); i += LINE) {
            text.append(hex, i, Math.min(hex.length(), i + LINE)).append('\n');
        }
        return text.toString();
    }
}
