package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.api.metrics.Publishing;
import dev.steppe.client.network.Subnet;
import dev.steppe.client.settings.CapacitySettings;
import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.client.settings.DeviceSettings;
import dev.steppe.client.settings.TemplateSettings;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.Source;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.HostVolume;
import dev.steppe.model.NumberRanges;
import dev.steppe.model.PortRanges;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves what configuration files of both dialects make, how they are merged, and how everything else is refused. */
class ConfigurationReaderTest {
    private static ConfigurationReader.Parsed read(Source... sources) {
        return ConfigurationReader.read(List.of(sources), List.of(), false);
    }

    private static Configuration valid(Source... sources) {
        var parsed = read(sources);
        assertThat(Diagnostic.render(parsed.obstacles())).isEmpty();
        return parsed.configuration();
    }

    private static Configuration valid(String text) {
        return valid(new Source("agent.hcl", text));
    }

    private static List<String> obstacles(String text) {
        return read(new Source("agent.hcl", text)).obstacles().stream()
                .map(Diagnostic::message)
                .toList();
    }

    private static final String FULL_HCL = """
            region = "europe"
            datacenter = "kv-dc1"
            name = "edge-1"
            data_dir = "/opt/steppe"
            bind_addr = "10.0.0.7"
            log_level = "debug"
            log_rotate_duration = "1h"
            leave_on_terminate = true
            http_api_response_headers { X-Who = "me" }
            ports { http = 5646 consul = 5500 dns = 0 }
            advertise { http = "1.2.3.4:80" }
            server {
              enabled = true
              bootstrap_expect = 1
              heartbeat_grace = "30s"
              job_gc_threshold = "2h"
            }
            client {
              enabled = true
              node_class = "edge"
              node_pool = "gpu"
              meta { workload_class = "raw" rack = 7 }
              network_interface = "lo"
              bridge_network_name = "steppe7"
              bridge_network_subnet = "10.99.0.0/24"
              alloc_dir = "/var/alloc"
              max_kill_timeout = "1m"
              gc_max_allocs = 5
              cpu_total_compute = 4000
              memory_total_mb = 2048
              min_dynamic_port = 25000
              max_dynamic_port = 26000
              reservable_cores = "0-3"
              reserved { cpu = 500 memory = 256 disk = 100 cores = "0" reserved_ports = "22, 8500-8600" }
              chroot_env { "/bin" = "/bin" "/etc/ssl" = "/etc/ssl" }
              host_volume "certs" { path = "/etc/ssl/certs" read_only = true }
              device "nvidia/gpu/a100" {
                ids = ["GPU-1", "GPU-2"]
                numa_node = 1
                attributes { memory = "40GiB" }
                env { NVIDIA_VISIBLE_DEVICES = "{ids}" }
              }
              host_network "public" { cidr = "203.0.113.0/24" reserved_ports = "80" }
              artifact { http_max_size = "1GB" git_timeout = "5m" }
              template {
                function_denylist = ["plugin"]
                wait { min = "10s" max = "2m" }
                consul_retry { attempts = 0 }
              }
              options { "driver.denylist" = "java" }
            }
            plugin "raw_exec" { config { enabled = true no_cgroups = false allow_root = true } }
            plugin "java" { config { allow_root = true java_home = "/usr/lib/jvm/any" } }
            plugin "exec" { config { default_pid_mode = "host" allow_caps = ["chown"] } }
            plugin "docker" {
              config { endpoint = "unix:///run/docker.sock" allow_privileged = true volumes { enabled = true } }
            }
            """;

    private static final String FULL_JSON = """
            // comments are fine
            {"region": "europe", "datacenter": "kv-dc1", "name": "edge-1", "data_dir": "/opt/steppe",
             "bind_addr": "10.0.0.7", "log_level": "debug", "log_rotate_duration": "1h", "leave_on_terminate": true,
             "http_api_response_headers": {"X-Who": "me"},
             "ports": {"http": 5646, "consul": 5500, "dns": 0},
             "advertise": [{"http": "1.2.3.4:80"}],
             "server": [{"enabled": true, "bootstrap_expect": 1, "heartbeat_grace": "30s", "job_gc_threshold": "2h"}],
             "client": {"enabled": true, "node_class": "edge", "node_pool": "gpu",
               "meta": [{"workload_class": "raw", "rack": 7}], "network_interface": "lo",
               "bridge_network_name": "steppe7", "bridge_network_subnet": "10.99.0.0/24",
               "alloc_dir": "/var/alloc", "max_kill_timeout": "1m", "gc_max_allocs": 5, "cpu_total_compute": 4000,
               "memory_total_mb": 2048, "min_dynamic_port": 25000, "max_dynamic_port": 26000,
               "reservable_cores": "0-3",
               "reserved": {"cpu": 500, "memory": 256, "disk": 100, "cores": "0", "reserved_ports": "22, 8500-8600"},
               "chroot_env": {"/bin": "/bin", "/etc/ssl": "/etc/ssl"},
               "host_volume": [{"certs": [{"path": "/etc/ssl/certs", "read_only": true}]}],
               "device": {"nvidia/gpu/a100": {"ids": ["GPU-1", "GPU-2"], "numa_node": 1,
                 "attributes": {"memory": "40GiB"}, "env": {"NVIDIA_VISIBLE_DEVICES": "{ids}"}}},
               "host_network": {"public": {"cidr": "203.0.113.0/24", "reserved_ports": "80"}},
               "artifact": {"http_max_size": "1GB", "git_timeout": "5m"},
               "template": {"function_denylist": ["plugin"], "wait": {"min": "10s", "max": "2m"},
                 "consul_retry": {"attempts": 0}},
               "options": {"driver.denylist": "java"}},
             "plugin": [
               {"raw_exec": [{"config": [{"enabled": true, "no_cgroups": false, "allow_root": true}]}]},
               {"java": {"config": {"allow_root": true, "java_home": "/usr/lib/jvm/any"}},
                "exec": {"config": {"default_pid_mode": "host", "allow_caps": ["chown"]}},
                "docker": {"config": {"endpoint": "unix:///run/docker.sock", "allow_privileged": true,
                  "volumes": {"enabled": true}}}}]}
            """;

    @Test
    void keys_in_the_words_of_nomad_have_their_effect() {
        var full = valid(FULL_HCL);
        assertThat(full.region()).isEqualTo("europe");
        assertThat(full.name()).contains("edge-1");
        assertThat(full.dataDir()).contains(Path.of("/opt/steppe"));
        assertThat(full.listening().nomad()).containsExactly("10.0.0.7");
        assertThat(full.listening().consul()).containsExactly("10.0.0.7");
        assertThat(full.listening().advertisedHttp()).contains("1.2.3.4:80");
        assertThat(full.ports()).isEqualTo(new Ports(5646, 5500, Ports.NONE, 0, 4647, 4648));
        assertThat(full.log().level()).isEqualTo(LogLevel.DEBUG);
        assertThat(full.log().rotateAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(full.leaving().onTerminate()).isTrue();
        assertThat(full.api().nomadHeaders()).isEqualTo(Map.of("X-Who", "me"));
        assertThat(full.server().heartbeatGrace()).isEqualTo(Duration.ofSeconds(30));
        assertThat(full.server().keepJobs()).isEqualTo(Duration.ofHours(2));
        assertThat(full.plugins().rawExec()).isEqualTo(new Plugins.RawExec(true, true, true));
        assertThat(full.plugins().java()).isEqualTo(new Plugins.Java(true, Optional.of(Path.of("/usr/lib/jvm/any"))));
        assertThat(full.plugins().docker())
                .isEqualTo(new Plugins.Docker(
                        Optional.of(Path.of("/run/docker.sock")),
                        ContainerSettings.standard()
                                .with(ContainerSettings.Permissions.none().with(true, true))));
        assertThat(full.plugins().exec().hostProcesses()).isTrue();
        assertThat(full.plugins().exec().allowCapabilities()).containsExactly("chown");
        assertThat(full.plugins().offered()).containsExactly("docker", "exec", "raw_exec");
    }

    @Test
    void the_block_client_has_its_effect() {
        var client = valid(FULL_HCL).client();
        assertThat(client.enabled()).isTrue();
        assertThat(client.nodeClass()).isEqualTo("edge");
        assertThat(client.nodePool()).isEqualTo("gpu");
        assertThat(client.meta()).isEqualTo(Map.of("workload_class", "raw", "rack", "7"));
        assertThat(client.networkInterface()).contains("lo");
        assertThat(client.bridgeNetworkSubnet()).isEqualTo(Subnet.parse("10.99.0.0/24"));
        assertThat(client.allocDir()).contains(Path.of("/var/alloc"));
        assertThat(client.maxKillTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(client.endedKept()).isEqualTo(5);
        assertThat(client.capacity())
                .isEqualTo(new CapacitySettings(
                        Optional.of(4000L),
                        Optional.of(2048L),
                        Optional.empty(),
                        Optional.of(NumberRanges.parse("0-3")),
                        new CapacitySettings.Reserved(
                                500, 256, 100, NumberRanges.parse("0"), new PortRanges("22,8500-8600")),
                        25_000,
                        26_000));
        assertThat(client.chrootEnv()).isEqualTo(Map.of("/bin", "/bin", "/etc/ssl", "/etc/ssl"));
        assertThat(client.hostVolumes()).isEqualTo(Map.of("certs", new HostVolume("certs", "/etc/ssl/certs", true)));
        assertThat(client.hostNetworks())
                .isEqualTo(Map.of("public", new HostNetwork("public", "203.0.113.0/24", "", new PortRanges("80"))));
        assertThat(client.devices())
                .containsExactly(new DeviceSettings(
                        "nvidia",
                        "gpu",
                        "a100",
                        List.of("GPU-1", "GPU-2"),
                        new TreeMap<>(Map.of("memory", "40GiB")),
                        new TreeMap<>(Map.of("NVIDIA_VISIBLE_DEVICES", "{ids}")),
                        Optional.of(1)));
        assertThat(client.artifact().httpSizeMax()).isEqualTo(1L << 30);
        assertThat(client.artifact().gitTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(client.template().functionDenylist()).containsExactly("plugin");
        assertThat(client.template().waiting())
                .contains(new TemplateSettings.Wait(Duration.ofSeconds(10), Duration.ofMinutes(2)));
        assertThat(client.template().consul().attempts()).isZero();
    }

    @Test
    void json_says_the_same() {
        assertThat(valid(new Source("full.json", FULL_JSON))).isEqualTo(valid(FULL_HCL));
    }

    @Test
    void keys_in_the_words_of_consul_have_their_effect() {
        var parsed = valid(new Source("consul.hcl", """
                server = true
                bootstrap = true
                datacenter = "kv-dc1"
                node_name = "edge-1"
                node_id = "01234567-89ab-cdef-0123-456789abcdef"
                node_meta { rack = "7" }
                data_dir = "/opt/consul"
                client_addr = "127.0.0.1 10.0.0.7"
                advertise_addr = "{{ GetPrivateIP }}"
                domain = "example.org."
                recursors = ["10.0.0.1", "10.0.0.2:53"]
                pid_file = "/run/steppe.pid"
                ports { http = 5500 dns = 5600 https = -1 }
                addresses { dns = "127.0.0.2" }
                dns_config { node_ttl = "5s" service_ttl { "*" = "10s" } recursor_timeout = "1s" }
                limits { http_max_conns_per_client = 7 }
                http_config { response_headers { "X-Who" = "me" } }
                default_intention_policy = "deny"
                """));
        assertThat(parsed.server().enabled()).isTrue();
        assertThat(parsed.datacenter()).isEqualTo("kv-dc1");
        assertThat(parsed.name()).contains("edge-1");
        assertThat(parsed.nodeId()).contains("01234567-89ab-cdef-0123-456789abcdef");
        assertThat(parsed.client().meta()).isEqualTo(Map.of("rack", "7"));
        assertThat(parsed.dataDir()).contains(Path.of("/opt/consul"));
        assertThat(parsed.listening().consul()).containsExactly("127.0.0.1", "10.0.0.7");
        assertThat(parsed.listening().names()).containsExactly("127.0.0.2");
        assertThat(parsed.listening().nomad()).containsExactly("127.0.0.1");
        assertThat(parsed.listening().advertised()).contains("{{ GetPrivateIP }}");
        assertThat(parsed.ports()).isEqualTo(new Ports(4646, 5500, Ports.NONE, 5600, 4647, 4648));
        assertThat(parsed.names())
                .isEqualTo(new NameServiceSettings(
                        "example.org",
                        List.of("10.0.0.1", "10.0.0.2:53"),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        Optional.empty()));
        assertThat(parsed.pidFile()).contains(Path.of("/run/steppe.pid"));
        assertThat(parsed.api().consulConnectionsPerCaller()).isEqualTo(7);
        assertThat(parsed.api().consulHeaders()).isEqualTo(Map.of("X-Who", "me"));
        assertThat(parsed.allowByDefault()).isFalse();
    }

    @Test
    void without_files_a_development_agent_is_everything_and_another_one_nothing() {
        assertThat(Configuration.development().server().enabled()).isTrue();
        assertThat(Configuration.development().client().enabled()).isTrue();
        assertThat(Configuration.development().plugins().rawExec().enabled()).isTrue();
        var plain = valid("# nothing\n");
        assertThat(plain.server().enabled()).isFalse();
        assertThat(plain.client().enabled()).isFalse();
        assertThat(plain.plugins().rawExec().enabled()).isFalse();
        assertThat(plain.listening().nomad()).containsExactly("127.0.0.1");
        assertThat(plain.datacenter()).isEqualTo("dc1");
        assertThat(plain.allowByDefault()).isTrue();
    }

    @Test
    void a_later_file_wins_lists_grow_maps_are_merged_and_plugins_replace_each_other() {
        var first = new Source("a.hcl", """
                datacenter = "one"
                name = "n"
                client { meta { a = 1 b = 1 } artifact { filesystem_isolation_extra_paths = ["x", "y"] } }
                plugin "docker" { config { allow_privileged = true } }
                """);
        var second = new Source("b.hcl", """
                datacenter = "two"
                name = null
                client { meta = { b = 2, "c.d" = 3 } artifact { filesystem_isolation_extra_paths = ["y", "z"] } }
                plugin "docker" { config { volumes { enabled = true } } }
                """);
        var merged = valid(first, second);
        assertThat(merged.datacenter()).isEqualTo("two");
        assertThat(merged.name()).contains("n");
        assertThat(merged.client().meta()).isEqualTo(Map.of("a", "1", "b", "2", "c.d", "3"));
        assertThat(merged.client().artifact().isolationExtraPaths()).containsExactly("x", "y", "z");
        assertThat(merged.plugins().docker())
                .isEqualTo(new Plugins.Docker(
                        Optional.empty(),
                        ContainerSettings.standard()
                                .with(ContainerSettings.Permissions.none().with(true, false))));
    }

    @Test
    void a_file_with_words_of_both_is_taken_as_its_neighbours_are() {
        var consul = new Source("/etc/consul.d/server.hcl", "server = true");
        var common = new Source("/etc/consul.d/common.hcl", "datacenter = \"x\"\nbind_addr = \"10.0.0.7\"");
        var nomad = new Source("/etc/nomad.d/nomad.hcl", "server { enabled = true }");
        assertThat(valid(nomad, consul, common).listening().nomad()).containsExactly("127.0.0.1");
        assertThat(valid(nomad, consul, common).listening().advertised()).contains("10.0.0.7");
        assertThat(valid(common).listening().nomad()).containsExactly("10.0.0.7");
    }

    @Test
    void one_file_speaks_one_dialect() {
        assertThat(obstacles("client { enabled = true }\nserver = true\nencrypt = \"x\"\nretry_join = [\"a\"]\n"))
                .containsExactly(
                        "One file speaks one dialect: \"server\" is a word of Consul's agent, and \"client\" in line 1"
                                + " one of Nomad's");
    }

    @Test
    void two_values_for_one_thing_in_two_dialects_are_refused_with_both_places() {
        var nomad = new Source("nomad.hcl", """
                datacenter = "a"
                name = "n"
                ports { consul = 1 dns = 2 }
                server { enabled = true bootstrap_expect = 3 }
                client { meta { rack = "1" } }
                """);
        var consul = new Source("consul.hcl", """
                server = true
                datacenter = "b"
                node_name = "m"
                bootstrap_expect = 1
                node_meta { rack = "2" }
                ports { http = 3 dns = 4 }
                """);
        assertThat(read(nomad, consul).findings().stream()
                        .filter(finding -> finding.weight() == Finding.Weight.WRONG)
                        .map(finding -> finding.diagnostic().message()))
                .containsExactly(
                        "Two values for one thing: \"datacenter\" is b here, and \"datacenter\" is a in nomad.hcl line 1",
                        "Two values for one thing: \"node_name\" is m here, and \"name\" is n in nomad.hcl line 2",
                        "Two values for one thing: \"bootstrap_expect\" is 1 here, and \"server.bootstrap_expect\" is 3"
                                + " in nomad.hcl line 4",
                        "Two values for one thing: \"rack\" is \"2\" in \"node_meta\" and \"1\" in \"client.meta\"",
                        "Two values for one thing: \"ports.http\" is 3 here, and \"ports.consul\" is 1 in nomad.hcl line 3",
                        "Two values for one thing: \"ports.dns\" is 4 here, and \"ports.dns\" is 2 in nomad.hcl line 3");
    }

    @Test
    void all_mistakes_of_all_files_come_at_once_with_their_place_and_what_was_probably_meant() {
        var first = new Source("a.hcl", "datacentre = \"x\"\nclient {\n  enabled = true\n  node_clas = \"y\"\n}\n");
        var second = new Source("b.hcl", "plugin \"raw_exec\" { config { alow_root = true enabled = 3 } }\n");
        assertThat(Diagnostic.render(read(first, second).obstacles())).isEqualTo("""
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
    void what_an_agent_cannot_do_yet_is_refused_at_its_start_by_name() {
        assertThat(obstacles("""
                        plugin "podman" { config {} }
                        consul { address = "10.0.0.1:8500" }
                        """))
                .containsExactly(
                        "The plugin \"podman\" is not supported yet",
                        "\"consul.address\" names a Consul elsewhere, which is not asked: this agent answers its API itself");
    }

    @Test
    void access_control_is_for_both_apis_and_leaves_no_door_open() {
        var nomad = new Source("nomad.hcl", "server { enabled = true }\nacl { enabled = true }");
        assertThat(valid(nomad).accessControl()).isTrue();
        assertThat(valid(new Source("nomad.hcl", "server { enabled = true }")).accessControl())
                .isFalse();
        var open = new Source("consul.hcl", "server = true\nacl { enabled = false }");
        assertThat(Diagnostic.render(read(nomad, open).obstacles())).contains("Two values for one thing");
        var allowing = new Source("consul.hcl", "server = true\nacl { enabled = true default_policy = \"allow\" }");
        assertThat(Diagnostic.render(read(allowing).obstacles())).contains("callers without a token may do nothing");
        var given = "12345678-1234-1234-1234-123456789012";
        assertThat(Diagnostic.render(read(new Source(
                                "consul.hcl",
                                "server = true\nacl { enabled = true tokens { initial_management = \"" + given
                                        + "\" } }"))
                        .obstacles()))
                .contains("acl.tokens.initial_management")
                .doesNotContain(given);
    }

    @Test
    void the_nomad_api_is_on_all_addresses_only_where_callers_prove_themselves_over_tls() {
        var tls = "tls { http = true ca_file = \"/a\" cert_file = \"/b\" key_file = \"/c\" %s }\n";
        var server = "server { enabled = true }\n";
        assertThat(valid(server + tls.formatted("")).listening().nomad()).containsExactly("127.0.0.1");
        assertThat(valid(server + "acl { enabled = true }").listening().nomad()).containsExactly("127.0.0.1");
        for (String proves :
                List.of(tls.formatted("verify_https_client = true"), tls.formatted("") + "acl { enabled = true }")) {
            var listening = valid(server + proves).listening();
            assertThat(listening.nomad()).containsExactly("0.0.0.0");
            assertThat(listening.consul()).containsExactly("127.0.0.1");
            assertThat(listening.names()).containsExactly("127.0.0.1");
        }
        assertThat(valid(server + "bind_addr = \"10.0.0.7\"\n" + tls.formatted("verify_https_client = true"))
                        .listening()
                        .nomad())
                .containsExactly("10.0.0.7");
    }

    @Test
    void values_that_do_not_fit_are_refused() {
        assertThat(obstacles("""
                        bind_addr = "somewhere"
                        data_dir = "here"
                        log_level = "loud"
                        ports { http = 70000 }
                        server { bootstrap_expect = "many" heartbeat_grace = "0s" }
                        client { node_pool = "all" bridge_network_name = "much-too-long-a-name" bridge_network_subnet = "10.0.0.0/30" reserved { reserved_ports = "9-8" } }
                        plugin "docker" { config { endpoint = "tcp://127.0.0.1:2375" } }
                        """)).hasSize(11).allMatch(message -> message.startsWith("\""));
    }

    @Test
    void the_bridge_has_ipv6_where_a_fitting_subnet_says_so() {
        var client = valid("""
                client {
                  bridge_network_subnet_ipv6 = "FD12:0:0::/64"
                  host_network "inside" { cidr = "10.0.0.0/8" }
                  host_network "outside" { cidr = "2001:db8::/32" }
                }
                """).client();
        var version6 = client.bridgeVersion6().orElseThrow();
        assertThat(version6.subnet()).hasToString("fd12::/64");
        assertThat(version6.gateway()).isEqualTo("fd12::1");
        assertThat(version6.apart()).extracting(Object::toString).containsExactly("10.0.0.0/8");
        assertThat(valid("").client().bridgeVersion6()).isEmpty();
        for (String unfit : List.of("172.26.0.0/20", "fe80::/64", "fd12::/124", "::/64", "fd12::/x", "name")) {
            assertThat(obstacles("client { bridge_network_subnet_ipv6 = \"" + unfit + "\" }"))
                    .as(unfit)
                    .hasSize(1)
                    .allMatch(message -> message.contains("is refused"));
        }
    }

    @Test
    void what_is_written_as_it_is_anyway_is_no_news() {
        assertThat(read(new Source(
                                "agent.hcl",
                                "acl { enabled = false }\ntls { http = false }\nenable_debug = false\n"
                                        + "client { servers = [] }"))
                        .findings())
                .isEmpty();
    }

    @Test
    void a_value_is_no_block_and_a_block_no_value() {
        assertThat(obstacles("datacenter { }\nclient = 5\nplugin { }\nports \"x\" { }\nclient { meta { a { } } }"))
                .containsExactly(
                        "\"datacenter\" is a value, not a block",
                        "\"client\" is a block",
                        "The block \"plugin\" has one label, as in plugin \"name\" {",
                        "The block \"ports\" has no label",
                        "\"a\" in \"meta\" must be a text, not a block");
    }

    @Test
    void a_flag_wins_over_files_of_both_dialects() {
        var nomad = new Source("nomad.hcl", "datacenter = \"a\"\nserver { enabled = true }");
        var consul = new Source("consul.hcl", "datacenter = \"b\"\nserver = true");
        var flag = Flags.of("dc", Optional.of("c")).orElseThrow();
        var parsed = ConfigurationReader.read(
                List.of(nomad, consul), List.of(new ConfigurationReader.Given(flag, "c")), false);
        assertThat(parsed.obstacles()).isEmpty();
        assertThat(parsed.configuration().datacenter()).isEqualTo("c");
    }

    @Test
    void what_is_measured_can_be_left_out_and_all_is_published_by_default() {
        var telemetry = valid("telemetry { publish_allocation_metrics = false prefix_filter = [\"-nomad.raft\"] }")
                .telemetry();
        assertThat(telemetry).isEqualTo(new Publishing(true, false, true, List.of("-nomad.raft"), true));
        assertThat(valid("").telemetry()).isEqualTo(Publishing.all());
        assertThat(obstacles("telemetry { prefix_filter = [\"nomad.raft\"] }"))
                .anyMatch(message -> message.contains("begins with neither + nor -"));
    }
}
