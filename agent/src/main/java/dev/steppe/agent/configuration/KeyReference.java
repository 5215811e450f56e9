package dev.steppe.agent.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Writes docs/agent-configuration.md from the tables that the reader uses. */
final class KeyReference {
    private KeyReference() {}

    static String text() throws IOException {
        var text = new StringBuilder(introduction());
        for (Dialect dialect : Dialect.values()) {
            text.append("\n## Words of ").append(dialect.product()).append("'s agent\n");
            var table = KeyTable.of(dialect);
            for (String section : table.sections()) {
                section(text, table, section);
            }
        }
        text.append("\n## Flags\n\nOf `steppe agent`; each is a key above and wins over all files.\n\n```\n");
        return text.append(Flags.help()).append("```\n").toString();
    }

    private static String introduction() throws IOException {
        try (InputStream stream = KeyReference.class.getResourceAsStream("introduction.md")) {
            if (stream == null) {
                throw new IOException("introduction.md is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void section(StringBuilder text, KeyTable table, String section) {
        text.append("\n### ")
                .append(section.isEmpty() ? "At the top" : "`" + heading(section) + "`")
                .append("\n\n");
        text.append("| key | state | default | meaning |\n|---|---|---|---|\n");
        for (Key key : table.keysOf(section)) {
            text.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(key.fate().word());
            text.append(" | ")
                    .append(key.standard())
                    .append(" | ")
                    .append(key.meaning())
                    .append(" |\n");
        }
    }

    /** {@code client.host_volume *} as people write it: {@code client { host_volume "..." }}. */
    private static String heading(String section) {
        String opened = section.replace(" *", " \"...\"").replace(".", " { ");
        return opened + " { ... }"
                + " }".repeat((int) section.chars().filter(c -> c == '.').count());
    }
}
