package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** The keys that servers have in common, in Consul's words. */
public final class ConsulKeyring implements Command {

    @Override
    public String usage() {
        return "-list|-install=<key>|-use=<key>|-remove=<key>";
    }

    @Override
    public String about() {
        return "Tells or changes the keys that servers have in common, on all of them while they run. A key may be @file or - "
                + "for standard input. The same as operator gossip keyring.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("list", "The keys that servers accept, with how many of them do."),
                Flag.text("install", "key", "Have every server accept one more key."),
                Flag.text("use", "key", "Have every server show a key that was installed before."),
                Flag.text("remove", "key", "Have every server accept a key no more."),
                Flag.number("relay-factor", "n", "Not needed: servers are asked directly."),
                Flag.refused("local-only", "the keys are those of all servers"));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException, IOException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var api = invocation.consul();
        if (arguments.has("list")) {
            for (var ring : api.get("/v1/operator/keyring", Query.none()).body().items()) {
                invocation.terminal().line(ring.text("Datacenter") + " (LAN):");
                ring.entries("Keys")
                        .forEach((key, count) -> invocation
                                .terminal()
                                .line("  " + key + " [" + count.number() + "/" + ring.number("NumNodes") + "]"));
            }
            return 0;
        }
        var wish = new Json.Fields();
        if (arguments.text("install").isPresent()) {
            wish.put("Key", GossipKeyring.key(arguments.text("install").get(), invocation));
            api.post("/v1/operator/keyring", Query.none(), wish.build());
        } else if (arguments.text("use").isPresent()) {
            wish.put("Key", GossipKeyring.key(arguments.text("use").get(), invocation));
            api.put("/v1/operator/keyring", Query.none(), wish.build());
        } else if (arguments.text("remove").isPresent()) {
            wish.put("Key", GossipKeyring.key(arguments.text("remove").get(), invocation));
            api.delete("/v1/operator/keyring", Query.none(), wish.build());
        } else {
            throw new UsageException("say what to do: one of -list, -install, -use and -remove");
        }
        return 0;
    }
}
