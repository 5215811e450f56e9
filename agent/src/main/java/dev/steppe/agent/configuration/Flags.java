package dev.steppe.agent.configuration;

import dev.steppe.agent.configuration.Flag.Takes;
import dev.steppe.agent.configuration.Flag.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All flags that say the same as keys, in the order in which help lists them. */
public final class Flags {
    /** Name, what it takes, the word for the value, keys ({@code n:} Nomad's, {@code c:} Consul's, {@code -c:} then counts no more), help. */
    private static final String TABLE = """
            server|NOTHING||n:server.enabled -c:server|keeps the log and decides
            client|NOTHING||n:client.enabled|runs tasks on this machine; -client=<address> is Consul's client_addr
            bootstrap-expect|VALUE|n|n:server.bootstrap_expect -c:bootstrap_expect -c:bootstrap|servers that begin the log together
            bootstrap|NOTHING||c:bootstrap -n:server.bootstrap_expect -c:bootstrap_expect|the same as -bootstrap-expect=1
            data-dir|VALUE|path|n:data_dir -c:data_dir|where everything that must outlive the agent is kept
            state-dir|VALUE|path|n:client.state_dir|where the node keeps what it knows
            alloc-dir|VALUE|path|n:client.alloc_dir|where allocations have their directories
            node|VALUE|name|n:name -c:node_name|the node's name; the host's name by default
            node-id|VALUE|id|c:node_id|the id of a node that has none yet
            node-class|VALUE|name|n:client.node_class|for constraints
            node-pool|VALUE|name|n:client.node_pool|jobs of other pools are not placed here
            meta|ENTRY|key=value|n:client.meta|a word about the node for constraints; may be repeated
            node-meta|ENTRY|key:value|c:node_meta|the same
            dc|VALUE|name|n:datacenter -c:datacenter|the datacenter; dc1 by default
            datacenter|VALUE|name|n:datacenter -c:datacenter|the same
            region|VALUE|name|n:region|the region; global by default
            bind|VALUE|address|n:bind_addr -c:client_addr|where the APIs and DNS listen; 127.0.0.1 by default
            advertise|VALUE|address|c:advertise_addr|the address of this machine that others are told
            http-addr|VALUE|address|n:addresses.http|where the Nomad API listens
            nomad-port|VALUE|port|n:ports.http|the port of the Nomad API; 4646 by default, 0 for a free one
            consul-port|VALUE|port|c:ports.http -n:ports.consul|the port of the Consul API; 8500 by default, 0 for a free one
            http-port|VALUE|port|c:ports.http -n:ports.consul|the same
            dns-port|VALUE|port|c:ports.dns -n:ports.dns|the port of DNS; 8600 by default, 0 for a free one
            https-port|VALUE|port|c:ports.https|the port of the Consul API over TLS; none by default
            domain|VALUE|name|c:domain|names that end so are answered; consul by default
            recursor|ELEMENT|address|c:recursors|who is asked for other names; may be repeated
            network-interface|VALUE|name|n:client.network_interface|the interface whose address is given to ports
            network-speed|VALUE|n|n:client.network_speed|not needed
            cpu-total-compute|VALUE|MHz|n:client.cpu_total_compute|the MHz there are to give
            bridge|VALUE|name|n:client.bridge_network_name|the bridge of allocations with networks of their own; steppe0 by default, none for none
            bridge-subnet|VALUE|network|n:client.bridge_network_subnet|the addresses given out there; 172.26.64.0/20 by default
            default-intention|VALUE|what|c:default_intention_policy -c:acl.default_policy|allow (the default) or deny calls that no intention speaks of
            allow-root-tasks|NOTHING||n:plugin "raw_exec".config.allow_root n:plugin "java".config.allow_root|lets raw_exec and java tasks that ask for it run as root
            log-level|VALUE|level|n:log_level -c:log_level|TRACE, DEBUG, INFO, WARN, ERROR or OFF; INFO by default
            log-json|NOTHING||n:log_json -c:log_json|one JSON object a line
            log-include-location|NOTHING||n:log_include_location|names the class that logs
            log-file|VALUE|path|n:log_file -c:log_file|also written to this file, which is rotated
            log-rotate-bytes|VALUE|n|n:log_rotate_bytes -c:log_rotate_bytes|closes a log file of this size
            log-rotate-duration|VALUE|time|n:log_rotate_duration -c:log_rotate_duration|closes a log file after this time; 24h by default
            log-rotate-max-files|VALUE|n|n:log_rotate_max_files -c:log_rotate_max_files|closed log files that are kept
            pid-file|VALUE|path|c:pid_file|the agent's process id is written here
            leave-on-terminate|NOTHING||n:leave_on_terminate|SIGTERM also ends all tasks of the node
            plugin-dir|VALUE|path|n:plugin_dir|has no effect
            encrypt|VALUE|key|n:server.encrypt -c:encrypt|the key that all servers have in common; better in a file
            join|ELEMENT|address|n:server.start_join|<address>#<token> joins with a token of steppe agent join-token, <address>#@<file> with one in a file; without # as start_join
            retry-join|ELEMENT|address|n:server.retry_join|a server to find the others at; may be repeated
            retry-interval|VALUE|time|n:server.retry_interval -c:retry_interval|how long one of -retry-max attempts lasts; 30s by default
            retry-max|VALUE|n|n:server.retry_max -c:retry_max|attempts to reach any server before the agent ends; 0, the default, for no end
            rejoin|NOTHING||n:server.rejoin_after_leave -c:rejoin_after_leave|no effect yet
            raft-protocol|VALUE|n|n:server.raft_protocol -c:raft_protocol|not needed
            servers|ELEMENT|address|n:client.servers|the same
            acl-enabled|NOTHING||n:acl.enabled -c:acl.enabled|not yet
            """;

    /** {@code -client=<address>} is a flag of Consul's agent. */
    private static final Flag CLIENT_ADDRESS =
            parse("client|VALUE|address|c:client_addr|where the Consul API and DNS listen");

    static final List<Flag> ALL = TABLE.lines().map(Flags::parse).toList();

    private Flags() {}

    private static Flag parse(String line) {
        String[] columns = line.split("\\|", 5);
        var paths = new ArrayList<Target>();
        var instead = new ArrayList<Target>();
        for (String word : columns[3].split(" (?=-?[nc]:)", -1)) {
            String rest = word.startsWith("-") ? word.substring(1) : word;
            var target = new Target(rest.startsWith("n:") ? Dialect.NOMAD : Dialect.CONSUL, rest.substring(2));
            (word.startsWith("-") ? instead : paths).add(target);
        }
        return new Flag(columns[0], Takes.valueOf(columns[1]), columns[2], paths, instead, columns[4]);
    }

    /** The flag of this name, given with or without a value. */
    public static Optional<Flag> of(String name, Optional<String> value) {
        if (name.equals("client") && value.isPresent() && !value.get().matches("true|false")) {
            return Optional.of(CLIENT_ADDRESS);
        }
        return ALL.stream().filter(flag -> flag.name().equals(name)).findFirst();
    }

    /** The lines that help lists. */
    public static String help() {
        var text = new StringBuilder();
        for (Flag flag : ALL) {
            String name = "-" + flag.name() + (flag.value().isEmpty() ? "" : "=<" + flag.value() + ">");
            text.append("  ").append(name).append(" ".repeat(Math.max(1, 30 - name.length())));
            text.append(flag.help()).append('\n');
        }
        return text.toString();
    }

    /** The flag nearest to a word that is none. */
    public static String suggestion(String name) {
        return dev.steppe.language.source.Spelling.suggestion(
                name, ALL.stream().map(Flag::name).toList());
    }
}
