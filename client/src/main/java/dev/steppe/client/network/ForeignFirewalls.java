package dev.steppe.client.network;

import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Filters of others that drop what they do not know: an accept of ours in a table of ours does not help against them, so
 * exceptions are put where their owners leave room. Only iptables has such a place (Docker's DOCKER-USER chain, or the
 * head of the chain itself).
 */
final class ForeignFirewalls {
    private final MachineCommands commands;
    private final String bridge;
    private final List<String> tools;

    ForeignFirewalls(MachineCommands commands, NetworkSettings settings) {
        this.commands = commands;
        this.bridge = settings.bridge();
        this.tools = settings.version6().isPresent() ? List.of("iptables", "ip6tables") : List.of("iptables");
    }

    /** Adds the exceptions that are needed and missing; answers how many were added. */
    int except() throws IOException, InterruptedException {
        int added = 0;
        for (String tool : tools) {
            for (List<String> rule : wanted(tool)) {
                if (commands.run(words(tool, "-C", rule), "").status() != 0) {
                    commands.require(words(tool, "-I", rule), "");
                    added++;
                }
            }
        }
        return added;
    }

    /** Removes all exceptions of ours. Idempotent. */
    void remove() throws IOException, InterruptedException {
        for (String tool : tools) {
            remove(tool);
        }
    }

    private void remove(String tool) throws IOException, InterruptedException {
        if (Tool.find(tool).isEmpty()) {
            return;
        }
        var listing = commands.run(List.of(tool, "--wait", "-S"), "").output();
        for (String line : listing.split("\n", -1)) {
            if (line.startsWith("-A ") && line.contains("--comment " + comment())) {
                var words = new ArrayList<>(List.of(tool, "--wait", "-D"));
                words.addAll(List.of(line.substring(3).replace("\"", "").split(" ", -1)));
                commands.run(words, "");
            }
        }
    }

    private List<List<String>> wanted(String tool) throws IOException, InterruptedException {
        var rules = new ArrayList<List<String>>();
        if (Tool.find(tool).isEmpty()) {
            return rules;
        }
        var listing = commands.run(List.of(tool, "--wait", "-S"), "").output();
        if (NetworkChecks.dropsByDefault(listing, "FORWARD")) {
            var chain = listing.contains("-N DOCKER-USER") ? "DOCKER-USER" : "FORWARD";
            rules.add(rule(chain, "-o", bridge, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED,DNAT"));
            rules.add(rule(chain, "-i", bridge));
        }
        if (NetworkChecks.dropsByDefault(listing, "INPUT")) {
            for (String protocol : List.of("udp", "tcp")) {
                rules.add(rule("INPUT", "-i", bridge, "-p", protocol, "--dport", "53"));
            }
        }
        return rules;
    }

    private List<String> rule(String chain, String... match) {
        var words = new ArrayList<String>();
        words.add(chain);
        words.addAll(List.of(match));
        words.addAll(List.of("-m", "comment", "--comment", comment(), "-j", "ACCEPT"));
        return words;
    }

    private String comment() {
        return "steppe-" + bridge;
    }

    private static List<String> words(String tool, String action, List<String> rule) {
        var words = new ArrayList<>(List.of(tool, "--wait", action));
        words.addAll(rule);
        return words;
    }
}
