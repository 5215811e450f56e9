package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tells and changes the keys that servers have in common, on all of them while they run. */
public final class GossipKeyring implements Command {
    private final String action;
    private final String about;

    public static GossipKeyring list() {
        return new GossipKeyring(
                "list", "Lists the keys of encrypt that servers accept and show, with how many of them do.");
    }

    public static GossipKeyring install() {
        return new GossipKeyring("install", "Has every server accept one more key. It is not shown until it is used.");
    }

    public static GossipKeyring use() {
        return new GossipKeyring("use", "Has every server show a key that was installed before.");
    }

    public static GossipKeyring remove() {
        return new GossipKeyring("remove", "Has every server accept a key no more; one in use stays.");
    }

    private GossipKeyring(String action, String about) {
        this.action = action;
        this.about = about;
    }

    private boolean lists() {
        return action.equals("list");
    }

    @Override
    public String usage() {
        return lists() ? "" : "<key, @file with one, or - for standard input>";
    }

    @Override
    public String about() {
        return about
                + (lists()
                        ? ""
                        : " A new key is installed, then used, then the old one removed, and written into the "
                                + "files of all servers.");
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException, IOException {
        var api = invocation.nomad();
        Json reply;
        if (lists()) {
            invocation.arguments().refuseWords();
            reply = api.get("/v1/agent/keyring/list", Query.none()).body();
        } else {
            var wish = new Json.Fields()
                    .put("Key", key(invocation.arguments().onlyWord("the key"), invocation))
                    .build();
            reply = api.put("/v1/agent/keyring/" + action, Query.none(), wish).body();
        }
        var terminal = invocation.terminal();
        if (invocation.arguments().has("json")) {
            terminal.json(reply);
            return 0;
        }
        var table = new Table("Key", "Accepted By", "Shown By");
        reply.entries("Keys")
                .forEach((key, count) -> table.row(
                        key,
                        count.number() + " of " + reply.number("NumNodes"),
                        reply.at("PrimaryKeys").number(key) + " of " + reply.number("NumNodes")));
        terminal.table(table);
        reply.entries("Messages").forEach((server, problem) -> terminal.complain(server + ": " + problem.text()));
        return reply.entries("Messages").isEmpty() ? 0 : 1;
    }

    /** A key as it was written, or from where that says. */
    static String key(String written, Invocation invocation) throws IOException {
        if (written.equals("-")) {
            return new String(invocation.terminal().in().readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        return written.startsWith("@")
                ? Files.readString(Path.of(written.substring(1))).strip()
                : written;
    }
}
