package dev.steppe.language.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/templates.md} lists the functions there are. {@code -Dsnippets.rewrite=true} writes the list anew, to be
 * reviewed as a diff.
 */
class FunctionPageTest {
    private static final Path PAGE = Path.of("../docs/templates.md");
    private static final String BEFORE = "A piped value is the last argument.\n";

    @Test
    void the_page_lists_the_functions_of_the_table() throws IOException {
        String page = Files.readString(PAGE);
        String expected = page.substring(0, page.indexOf(BEFORE) + BEFORE.length()) + list();
        if (Boolean.getBoolean("snippets.rewrite")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(expected).isEqualTo(Files.readString(PAGE));
    }

    private static String list() {
        var out = new StringBuilder();
        String group = "";
        for (FunctionSet.Entry entry : FunctionSet.standard().entries()) {
            if (!entry.group().equals(group)) {
                group = entry.group();
                out.append("\n### ").append(group).append("\n\n| function | |\n|---|---|\n");
            }
            boolean works = entry.standing() == FunctionSet.Standing.WORKS;
            String call = entry.name() + (works && !entry.usage().isEmpty() ? " " + entry.usage() : "");
            String standing = switch (entry.standing()) {
                case WORKS -> "";
                case LATER -> "not yet: ";
                case REFUSED -> "refused: ";
            };
            out.append("| `")
                    .append(call.replace("|", "\\|"))
                    .append("` | ")
                    .append(standing)
                    .append(entry.description().replace("|", "\\|"))
                    .append(" |\n");
        }
        return out.toString();
    }
}
