package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Lists the names of all services, one a line. */
public final class CatalogServices implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Lists the names of all services, one a line.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("json", "As JSON."),
                Flag.text("node", "name", "Only those with an instance on this node."),
                Flag.toggle("tags", "Their tags too."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        invocation.arguments().refuseWords();
        var terminal = invocation.terminal();
        var node = invocation.arguments().text("node");
        var services = node.isPresent()
                ? onNode(invocation, node.get())
                : invocation.consul().get("/v1/catalog/services", Query.none()).body();
        if (invocation.arguments().has("json")) {
            terminal.json(services);
            return 0;
        }
        var withTags = invocation.arguments().has("tags");
        List<String> lines = new ArrayList<>();
        for (var service : new TreeMap<>(services.entries()).entrySet()) {
            List<String> tags = new ArrayList<>();
            for (var tag : service.getValue().items()) {
                tags.add(tag.text());
            }
            lines.add(
                    withTags && !tags.isEmpty()
                            ? service.getKey() + "    " + String.join(",", tags)
                            : service.getKey());
        }
        for (var line : lines) {
            terminal.line(line);
        }
        return 0;
    }

    private static Json onNode(Invocation invocation, String node) throws CommandFailure, ApiException {
        var reply = invocation
                .consul()
                .get("/v1/catalog/node/" + Query.encode(node), Query.none())
                .body();
        if (reply.isNull()) {
            throw new CommandFailure("Error: no node \"" + node + "\" in the catalog");
        }
        var services = new Json.Fields();
        for (var service : reply.entries("Services").values()) {
            services.put(service.text("Service"), service.at("Tags"));
        }
        return services.build();
    }
}
