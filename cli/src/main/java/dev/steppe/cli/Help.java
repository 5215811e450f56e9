package dev.steppe.cli;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Nearest;
import dev.steppe.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What {@code steppe help}, {@code -h} and a mistyped command show. */
final class Help {
    private static final int NAME_WIDTH = 24;

    /** A command as the overview lists it. The launcher runs some of them without this module. */
    record Entry(String name, String about) {}

    private Help() {}

    /** All commands people can type, in the order of the overview. */
    static List<Entry> entries() {
        return Stream.of(agent(), jobs(), others(), cluster(), operation())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Entry> agent() {
        return List.of(
                new Entry("agent", "Run an agent; with -dev one that needs no set-up"),
                new Entry("agent cleanup", "Remove what a stopped agent left on the machine for the next one"),
                new Entry("demo", "See mixed workloads in one mesh on this machine, then clean up"),
                new Entry("config validate", "Check configuration files of an agent without starting it"),
                new Entry("doctor", "Check this machine and say what to change; --fix changes it"),
                new Entry("status", "What an id or name is and how it does; without one, all jobs"),
                new Entry("explain", "Why a job, allocation or evaluation is pending, and what would help"));
    }

    private static List<Entry> jobs() {
        return List.of(
                new Entry("job plan", "What submitting a job would change: exit code 0, or 1 for a change"),
                new Entry("job run", "Submit a job and follow it until it runs"),
                new Entry("job status", "Jobs, or one job with its allocations"),
                new Entry("job stop", "Stop jobs"),
                new Entry("job start", "Run a stopped job again as it was"),
                new Entry("job validate", "Check a job file without running it"),
                new Entry("job init", "Write an example of a job file"),
                new Entry("job inspect", "A registered job as JSON or as it was submitted"),
                new Entry("job history", "Versions of a job; -p shows how they differ"),
                new Entry("job revert", "Take a job back to an earlier version"),
                new Entry("job tag apply", "Name a version of a job and keep it"),
                new Entry("job tag unset", "Take the name from a version of a job"),
                new Entry("job allocs", "Allocations of a job"),
                new Entry("job deployments", "Deployments of a job"),
                new Entry("job promote", "Approve the canaries of a job"),
                new Entry("deployment list", "Deployments"),
                new Entry("deployment status", "How far a deployment is; -monitor follows it"),
                new Entry("deployment promote", "Approve the canaries of a deployment"),
                new Entry("deployment fail", "Give a deployment up"),
                new Entry("deployment pause", "Have a deployment wait"),
                new Entry("deployment resume", "Have a paused deployment go on"),
                new Entry("deployment unblock", "Have a deployment go on without other regions"),
                new Entry("job eval", "Have the scheduler look at a job again"),
                new Entry("job dispatch", "Launch a parameterized job with a payload and meta"),
                new Entry("job periodic force", "Launch a periodic job now"),
                new Entry("job restart", "Restart what runs of a job, a batch at a time"),
                new Entry("job scale", "Change the count of a group"),
                new Entry("job scaling-events", "Who changed the counts of a job's groups"),
                new Entry("scaling policy list", "Bounds that scaling blocks set"),
                new Entry("scaling policy info", "One of them with all it says"));
    }

    private static List<Entry> others() {
        return List.of(
                new Entry("fmt", "Lay out job files and configuration files"),
                new Entry("alloc status", "An allocation: tasks, events, ports, refusals of the mesh"),
                new Entry("alloc restart", "Restart tasks where they are"),
                new Entry("alloc signal", "Send a signal to tasks"),
                new Entry("alloc stop", "Stop an allocation and have another placed"),
                new Entry("alloc checks", "Latest results of an allocation's checks"),
                new Entry("alloc fs", "Files of an allocation: lists directories, prints and follows files"),
                new Entry("alloc exec", "Run a command inside a running task"),
                new Entry("alloc logs", "Output of a task; -f follows it, with -job that of all tasks"));
    }

    /** Where it runs, and what it uses. */
    private static List<Entry> cluster() {
        return List.of(
                new Entry("node status", "Nodes, or one node with its resources and allocations"),
                new Entry("node eligibility", "Let a node have new allocations, or not"),
                new Entry("node drain", "Move what runs on a node to others; -dry-run says where"),
                new Entry("node purge", "Forget a node that is gone for good"),
                new Entry("node meta read", "The words about a node that jobs may ask for"),
                new Entry("node meta apply", "Put words about a node while it runs, or take them away"),
                new Entry("node pool init", "Write an example of a pool of nodes"),
                new Entry("node pool list", "Pools of nodes"),
                new Entry("node pool info", "One pool of nodes"),
                new Entry("node pool apply", "Make or change a pool of nodes from a file"),
                new Entry("node pool delete", "Forget a pool of nodes that nothing is in"),
                new Entry("node pool nodes", "Nodes of a pool"),
                new Entry("node pool jobs", "Jobs of a pool"),
                new Entry("eval status", "An evaluation and why something was not placed"),
                new Entry("eval list", "Evaluations"),
                new Entry("eval delete", "Forget evaluations"),
                new Entry("intention create", "Allow or deny that one service calls another"),
                new Entry("intention list", "All intentions"),
                new Entry("intention get", "One intention"),
                new Entry("intention check", "Whether one service may call another: exit code 0 or 2"),
                new Entry("intention delete", "Remove an intention"),
                new Entry("catalog services", "Names of all services"),
                new Entry("catalog nodes", "Nodes of the catalog"),
                new Entry("connect ca get-config", "Configuration of the mesh's certificate authority"),
                new Entry("var put", "Write a variable"),
                new Entry("var get", "A variable with its content"),
                new Entry("var list", "Variables, without their content"),
                new Entry("var purge", "Remove a variable"),
                new Entry("var init", "Write an example of a variable to a file"),
                new Entry("var lock", "Run a command while holding the lock of a variable"),
                new Entry("kv get", "The value of a key, or what is below a prefix"),
                new Entry("kv put", "Write a key, take or let go of it"),
                new Entry("kv delete", "Remove a key or all below a prefix"),
                new Entry("kv export", "Keys below a prefix as JSON"),
                new Entry("kv import", "Write exported keys"),
                new Entry("lock", "Run a command while holding the lock of a prefix"),
                new Entry("service list", "Services with provider nomad"),
                new Entry("service info", "Instances of a service with provider nomad"));
    }

    /** The servers and agents themselves. */
    private static List<Entry> operation() {
        return List.of(
                new Entry("acl bootstrap", "Make the first token, with which everything may be done"),
                new Entry("acl token list", "Tokens there are"),
                new Entry("acl token self", "Which token is shown"),
                new Entry("acl token delete", "Take a token back"),
                new Entry("operator scheduler get-config", "How placements are decided"),
                new Entry("operator scheduler set-config", "Change how placements are decided"),
                new Entry("operator root keyring list", "Keys that seal variables"),
                new Entry("operator root keyring rotate", "Make a new key; -full seals everything anew"),
                new Entry("operator root keyring remove", "Remove a key that seals nothing"),
                new Entry("operator keygen", "Make a key that servers have in common"),
                new Entry("keyring", "Keys that servers have in common, in Consul's words"),
                new Entry("operator gossip keyring generate", "The same as operator keygen"),
                new Entry("operator gossip keyring list", "Keys that servers accept"),
                new Entry("operator gossip keyring install", "Have servers accept one more key"),
                new Entry("operator gossip keyring use", "Have servers show another key"),
                new Entry("operator gossip keyring remove", "Have servers accept a key no more"),
                new Entry("operator raft list-peers", "Servers of the replicated log"),
                new Entry("operator raft remove-peer", "Take a server out of the log"),
                new Entry("operator raft transfer-leadership", "Hand the leadership over"),
                new Entry("operator raft info", "How the log stands on the asked server"),
                new Entry("operator snapshot save", "Save the whole state to a file"),
                new Entry("operator snapshot restore", "Replace the whole state by that of a file"),
                new Entry("operator snapshot inspect", "What such a file holds"),
                new Entry("operator autopilot get-config", "How the servers take care of themselves"),
                new Entry("operator autopilot set-config", "Change that"),
                new Entry("operator autopilot health", "How the servers are"),
                new Entry("operator autopilot state", "The same, one block for each"),
                new Entry("server members", "Servers of the region"),
                new Entry("server join", "Make servers of another region known to a running one"),
                new Entry("server force-leave", "Take a server out that does not answer"),
                new Entry("members", "Agents of the datacenter"),
                new Entry("force-leave", "Take a server out that does not answer"),
                new Entry("agent-info", "What an agent is, where it listens, what others are told"),
                new Entry("agent join-token", "Make a token with which another agent joins"),
                new Entry("reload", "Have an agent read its configuration again"),
                new Entry("monitor", "The log of the agent as it is written"),
                new Entry("tls ca create", "Make an authority of your own for certificates of agents"),
                new Entry("tls ca info", "What such an authority may vouch for, and how long"),
                new Entry("tls cert create", "Make a certificate of an agent or for commands"),
                new Entry("tls cert info", "What a certificate says"),
                new Entry("system gc", "Forget at once what is over"),
                new Entry("system reconcile summaries", "Nothing to do: summaries are never stored"),
                new Entry("version", "Version of this program"),
                new Entry("help", "This list; with a command, its flags"));
    }

    static void overview(Terminal terminal) {
        terminal.line("Usage: steppe <command> [flags] [arguments]");
        terminal.blankLine();
        list(entries(), terminal);
        terminal.blankLine();
        terminal.line(
                "Short forms: run, plan, stop, validate, init, inspect, logs. Flags of a command: steppe <command> -h");
        terminal.line("The agent is found through NOMAD_ADDR and CONSUL_HTTP_ADDR, on loopback without them.");
    }

    /** Says where a command explains itself that is not part of this module; false when the words name none. */
    static boolean elsewhere(List<String> words, Terminal terminal) {
        for (var entry : entries()) {
            if (entry.name().equals(String.join(" ", words))
                    && Commands.create(entry.name()).isEmpty()) {
                terminal.line(entry.about() + ".");
                terminal.line("Its flags: steppe " + entry.name() + " -h");
                return true;
            }
        }
        return false;
    }

    /** Lists the commands of a group such as "job"; false when the first word names none. */
    static boolean group(List<String> words, Terminal terminal) {
        var named = commandWords(words);
        if (named.isEmpty()) {
            return false;
        }
        var prefix = String.join(" ", named) + " ";
        List<Entry> members = new ArrayList<>();
        for (var entry : entries()) {
            if (entry.name().startsWith(prefix)) {
                members.add(entry);
            }
        }
        if (members.isEmpty()) {
            return false;
        }
        terminal.line("Usage: steppe " + prefix + "<command> [flags] [arguments]");
        terminal.blankLine();
        list(members, terminal);
        return true;
    }

    private static void list(List<Entry> entries, Terminal terminal) {
        for (var entry : entries) {
            terminal.line("  " + padded(entry.name(), NAME_WIDTH) + entry.about());
        }
    }

    static void command(String name, Command command, Terminal terminal) {
        terminal.line("Usage: steppe " + name + (command.usage().isEmpty() ? "" : " " + command.usage()));
        terminal.blankLine();
        for (var line : wrapped(command.about(), 96)) {
            terminal.line("  " + line);
        }
        flags("Flags", command.flags(), terminal);
        flags("Common flags", command.commonFlags(), terminal);
    }

    private static void flags(String heading, List<Flag> flags, Terminal terminal) {
        List<Flag> shown = new ArrayList<>();
        for (var flag : flags) {
            if (flag.kind() != Flag.Kind.REFUSED) {
                shown.add(flag);
            }
        }
        if (shown.isEmpty()) {
            return;
        }
        terminal.blankLine();
        terminal.title(heading);
        for (var flag : shown) {
            var written = "-" + flag.name() + (flag.value().isEmpty() ? "" : " <" + flag.value() + ">");
            var lines = wrapped(flag.about(), 72);
            terminal.line("  " + padded(written, NAME_WIDTH) + lines.getFirst());
            for (var line : lines.subList(1, lines.size())) {
                terminal.line("  " + " ".repeat(NAME_WIDTH) + line);
            }
        }
    }

    /** The words before the first flag. */
    static List<String> commandWords(List<String> words) {
        List<String> named = new ArrayList<>();
        for (var word : words) {
            if (word.startsWith("-")) {
                break;
            }
            named.add(word);
        }
        return named;
    }

    /** A question with the command that was most likely meant; empty when none is near. */
    static String proposal(List<String> args) {
        List<String> known = new ArrayList<>(List.of("run", "plan", "stop", "validate", "inspect", "logs"));
        for (var entry : entries()) {
            known.add(entry.name());
        }
        var words = commandWords(args);
        for (var count = Math.min(3, words.size()); count > 0; count--) {
            var nearest = Nearest.of(String.join(" ", words.subList(0, count)), known);
            if (nearest.isPresent()) {
                return "; did you mean '" + nearest.get() + "'?";
            }
        }
        return "";
    }

    private static String padded(String text, int width) {
        return text.length() >= width ? text + " " : text + " ".repeat(width - text.length());
    }

    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        var line = new StringBuilder();
        for (var word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
