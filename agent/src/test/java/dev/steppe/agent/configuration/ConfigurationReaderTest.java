package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.network.Subnet;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves what each key of a configuration file does, what it is without, and how everything else is refused. */
class ConfigurationReaderTest {
    private static final Configuration FULL = new Configuration(
            "kv-dc1",
            Optional.of("edge-1"),
            Optional.of(Path.of("/opt/steppe")),
            "127.0.0.2",
            new Ports(5646, 5500, 0),
            new ClientSettings(
                    "edge",
                    "gpu",
                    new TreeMap<>(Map.of("workload_class", "raw", "rack", "7")),
                    Optional.of("lo"),
                    "steppe7",
                    Subnet.parse("10.99.0.0/24")),
            new Plugins(
                    new Plugins.RawExec(false, true),
                    new Plugins.Java(true, Optional.of(Path.of("/usr/lib/jvm/any"))),
                    new Plugins.Docker(Optional.of(Path.of("/run/docker.sock")), true, true)));

    private static final String FULL_HCL = """
            datacenter = "kv-dc1"
            name = "edge-1"
            data_dir = "/opt/steppe"
            bind_addr = "127.0.0.2"
            ports { http = 5646 consul = 5500 dns = 0 }
            server {
              enabled = true
              bootstrap_expect = 1
            }
            client {
              enabled = true
              node_class = "edge"
              node_pool = "gpu"
              meta { workload_class = "raw" rack = 7 }
              network_interface = "lo"
              bridge_network_name = "steppe7"
              bridge_network_subnet = "10.99.0.0/24"
            }
            plugin "raw_exec" { config { enabled = false no_cgroups = false allow_root = true } }
            plugin "java" { config { allow_root = true java_home = "/usr/lib/jvm/any" } }
            plugin "docker" {
              config { endpoint = "unix:///run/docker.sock" allow_privileged = true volumes { enabled = true } }
            }
            """;

    private static final String FULL_JSON = """
            {"datacenter": "kv-dc1", "name": "edge-1", "data_dir": "/opt/steppe", "bind_addr": "127.0.0.2",
             "ports": {"http": 5646, "consul": 5500, "dns": 0},
             "server": [{"enabled": true, "bootstrap_expect": 1}],
             "client": {"enabled": true, "node_class": "edge", "node_pool": "gpu",
               "meta": [{"workload_class": "raw", "rack": 7}], "network_interface": "lo",
               "bridge_network_name": "steppe7", "bridge_network_subnet": "10.99.0.0/24"},
             "plugin": [
               {"raw_exec": [{"config": [{"enabled": false, "no_cgroups": false, "allow_root": true}]}]},
               {"java": {"config": {"allow_root": true, "java_home": "/usr/lib/jvm/any"}},
                "docker": {"config": {"endpoint": "unix:///run/docker.sock", "allow_privileged": true,
                  "volumes": {"enabled": true}}}}]}
            """;

    private static ConfigurationReader.Parsed read(Source... sources) {
        return ConfigurationReader.read(List.of(sources), Configuration.development());
    }

    private static Configuration valid(Source... sources) {
        var parsed = read(sources);
        assertThat(Diagnostic.render(parsed.diagnostics())).isEmpty();
        return parsed.configuration();
    }

    private static List<String> messages(String text) {
        return read(new Source("agent.hcl", text)).diagnostics().stream()
                .map(Diagnostic::message)
                .toList();
    }

    @Test
    void these_are_the_defaults() {
        var defaults = new Configuration(
                "dc1",
                Optional.empty(),
                Optional.empty(),
                "127.0.0.1",
                new Ports(4646, 8500, 8600),
                new ClientSettings(
                        "", "default", new TreeMap<>(), Optional.empty(), "steppe0", Subnet.parse("172.26.64.0/20")),
                new Plugins(
                        new Plugins.RawExec(true, false),
                        new Plugins.Java(false, Optional.empty()),
                        new Plugins.Docker(Optional.empty(), false, false)));
        assertThat(valid()).isEqualTo(defaults);
        assertThat(valid(new Source("empty.hcl", "\n# nothing\n"))).isEqualTo(defaults);
        assertThat(Plugins.standard().rawExec()).isEqualTo(new Plugins.RawExec(false, false));
    }

    @Test
    void these_are_the_keys() {
        assertThat(ConfigurationReader.keys())
                .containsExactlyInAnyOrder(
                        "datacenter",
                        "name",
                        "data_dir",
                        "bind_addr",
                        "ports.http",
                        "ports.consul",
                        "ports.dns",
                        "server.enabled",
                        "server.bootstrap_expect",
                        "client.enabled",
                        "client.node_class",
                        "client.node_pool",
                        "client.meta",
                        "client.network_interface",
                        "client.bridge_network_name",
                        "client.bridge_network_subnet",
                        "plugin \"raw_exec\".config.enabled",
                        "plugin \"raw_exec\".config.allow_root",
                        "plugin \"raw_exec\".config.no_cgroups",
                        "plugin \"java\".config.allow_root",
                        "plugin \"java\".config.java_home",
                        "plugin \"docker\".config.endpoint",
                        "plugin \"docker\".config.allow_privileged",
                        "plugin \"docker\".config.volumes.enabled");
    }

    @Test
    void each_key_has_its_effect_in_hcl_and_in_json() {
        assertThat(valid(new Source("full.hcl", FULL_HCL))).isEqualTo(FULL);
        assertThat(valid(new Source("full.json", FULL_JSON))).isEqualTo(FULL);
    }

    @Test
    void a_later_file_wins_and_maps_are_merged() {
        var first = new Source("a.hcl", "datacenter = \"one\"\nname = \"n\"\nclient { meta { a = 1 b = 1 } }");
        var second = new Source("b.hcl", "datacenter = \"two\"\nname = null\nclient { meta = { b = 2, \"c.d\" = 3 } }");
        var merged = valid(first, second);
        assertThat(merged.datacenter()).isEqualTo("two");
        assertThat(merged.name()).contains("n");
        assertThat(merged.client().meta()).isEqualTo(new TreeMap<>(Map.of("a", "1", "b", "2", "c.d", "3")));
    }

    @Test
    void all_mistakes_of_all_files_come_at_once_with_their_place_and_what_was_probably_meant() {
        var first = new Source("a.hcl", "datacentre = \"x\"\nclient {\n  enabled = true\n  node_clas = \"y\"\n}\n");
        var second = new Source("b.hcl", "plugin \"raw_exec\" { config { alow_root = true enabled = 3 } }\n");
        assertThat(Diagnostic.render(read(first, second).diagnostics())).isEqualTo("""
                Error: Unknown key "datacentre"
                  on a.hcl line 1, column 1:
                  1 | datacentre = "x"
                    | ^^^^^^^^^^
                  Did you mean "datacenter"?

                Error: Unknown key "node_clas" in client
                  on a.hcl line 4, column 3:
                  4 |   node_clas = "y"
                    |   ^^^^^^^^^
                  Did you mean "node_class"?

                Error: Unknown key "alow_root" in plugin "raw_exec".config
                  on b.hcl line 1, column 30:
                  1 | plugin "raw_exec" { config { alow_root = true enabled = 3 } }
                    |                              ^^^^^^^^^
                  Did you mean "allow_root"?

                Error: "enabled" must be true or false, not the number 3
                  on b.hcl line 1, column 57:
                  1 | plugin "raw_exec" { config { alow_root = true enabled = 3 } }
                    |                                                         ^""");
    }

    @Test
    void what_other_agents_know_and_this_one_not_yet_is_refused_by_name() {
        assertThat(messages("""
                        tls { http = true }
                        client {
                          servers = ["a:4647"]
                          host_network "public" { cidr = "10.0.0.0/8" }
                        }
                        plugin "exec" { config {} }
                        plugin "docker" { config { gc { image = false } } }
                        """))
                .containsExactly(
                        "\"tls\" is not supported yet",
                        "\"client.servers\" is not supported yet",
                        "\"client.host_network\" is not supported yet",
                        "The plugin \"exec\" is not supported yet",
                        "\"plugin \"docker\".config.gc\" is not supported yet");
    }

    @Test
    void values_without_effect_are_refused() {
        assertThat(messages("""
                        bind_addr = "0.0.0.0"
                        data_dir = "here"
                        ports { http = 70000 }
                        server { enabled = false bootstrap_expect = 3 }
                        client { enabled = false node_pool = "all" bridge_network_name = "much-too-long-a-name" bridge_network_subnet = "10.0.0.0/30" }
                        plugin "raw_exec" { config { no_cgroups = true } }
                        plugin "docker" { config { endpoint = "tcp://127.0.0.1:2375" } }
                        """)).hasSize(11).allMatch(message -> message.startsWith("\""));
    }

    @Test
    void a_value_is_no_block_and_a_block_no_value() {
        assertThat(messages("datacenter { }\nclient = 5\nplugin { }\nports \"x\" { }\nclient { meta { a { } } }"))
                .containsExactly(
                        "\"datacenter\" is a value, not a block",
                        "\"client\" is a block",
                        "The block \"plugin\" has one label, as in plugin \"raw_exec\" {",
                        "The block \"ports\" has no label",
                        "\"a\" in \"meta\" must be a text, not a block");
    }
}
