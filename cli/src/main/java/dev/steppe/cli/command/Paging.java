package dev.steppe.cli.command;

import dev.steppe.cli.http.Query;
import dev.steppe.cli.http.Reply;
import dev.steppe.cli.terminal.Terminal;

/** Long lists a page at a time: the flags {@code -per-page} and {@code -page-token}. */
public final class Paging {
    private Paging() {}

    public static Query query(Arguments arguments) {
        var count = arguments.text("per-page");
        var token = arguments.text("page-token");
        return Query.none()
                .andIf(count.isPresent(), "per_page", count.orElse(""))
                .andIf(token.isPresent(), "next_token", token.orElse(""));
    }

    /** Says how to go on, when there is more. */
    public static void tell(Reply reply, Terminal terminal) {
        if (!reply.next().isEmpty()) {
            terminal.blankLine();
            terminal.line("Results have been paginated. To get the next page run the command with:");
            terminal.blankLine();
            terminal.line("-page-token " + reply.next());
        }
    }
}
