package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration says about networks, users and data of tasks has its effect on a node that runs. */
class ClientKeysTest {
    private static final String DATA = """
            client {
              artifact {
                http_read_timeout                = "3s"
                git_timeout                      = "10s"
                s3_timeout                       = "3s"
                decompression_size_limit         = "1MB"
                decompression_file_count_limit   = 3
                disable_artifact_inspection      = true
                filesystem_isolation_extra_paths = ["%1$s/open"]
              }
              template {
                function_blacklist           = ["sha256Hex"]
                vault_default_lease_duration = "1s"
                wait_bounds {
                  enabled = true
                  min     = "2s"
                  max     = "3s"
                }
              }
            }
            vault {
              enabled          = true
              address          = "%2$s"
              token            = "%3$s"
              ca_file          = "%4$s"
              create_from_role = "tasks"
              namespace        = "team"
              task_token_ttl   = "17m"
            }
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void isRoot() {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users and networks");
    }

    private static String port(int number) {
        return "network {\nport \"p\" {\nstatic = " + number + "\nhost_network = \"inner\"\n}\n}\n";
    }

    @Test
    void tasks_get_addresses_ports_users_and_a_java_as_the_configuration_says() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/sys/net/ipv6")), "the kernel has no IPv6");
        assumeTrue(Tool.find("nft").isPresent(), "nft is not installed");
        long unique = ProcessHandle.current().pid();
        try (var node = RunningNode.start(
                directory, """
                client {
                  bridge_network_subnet      = "10.200.%1$d.0/24"
                  bridge_network_subnet_ipv6 = "fd12:3456:%1$d::/64"
                  host_network "inner" {
                    interface      = "lo"
                    reserved_ports = "23461"
                  }
                  template {
                    wait_bounds {
                      enabled = false
                      min     = "1h"
                      max     = "2h"
                    }
                  }
                }
                plugin "exec" {
                  config {
                    denied_host_gids = "1"
                  }
                }
                plugin "raw_exec" {
                  config {
                    denied_host_gids = "1"
                  }
                }
                plugin "java" {
                  config {
                    java_home = "%2$s"
                  }
                }
                """.formatted(unique % 250, java()), "-bridge=keys" + unique % 1_000_000)) {
            node.run(ShellJob.of(
                    "inside",
                    "service",
                    "exec",
                    "cat /proc/net/if_inet6; exec sleep 1000",
                    "network {\nmode = \"bridge\"\n}\n",
                    ""));
            node.awaitStatus("inside", "running");
            var status = at(node.allocation("inside"), "NetworkStatus");
            assertThat(at(status, "Address")).asString().startsWith("10.200." + unique % 250 + ".");
            assertThat(at(status, "AddressIPv6")).asString().startsWith("fd12:3456:" + unique % 250 + ":");
            node.await(
                    "its address of version 6", () -> node.output("inside", "t").contains("fd123456"));

            assertThat(node.plan(ShellJob.of("held", "batch", "raw_exec", "true", port(23_461), "")))
                    .containsIgnoringCase("failed to place");
            node.run(ShellJob.of("free", "batch", "raw_exec", "echo $NOMAD_ADDR_p", port(23_462), ""));
            node.awaitStatus("free", "complete");
            assertThat(node.output("free", "t")).isEqualTo("127.0.0.1:23462\n");

            for (String driver : List.of("exec", "raw_exec")) {
                var name = "denied-" + driver.replace('_', '-');
                node.run(ShellJob.of(name, "batch", driver, "true", "", "user = \"daemon\""));
                node.awaitFailure(name, "gid 1", "denied_host_gids");
            }
            var own = node.get("/v1/node/" + at(node.get("/v1/nodes"), 0, "ID"));
            assertThat(at(own, "Attributes", "driver.java.version")).isEqualTo("99.0.1");
            assertThatBoundsAreOff(node);
        }
    }

    private Path java() throws IOException {
        var home = directory.resolve("java");
        var program = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"99.0.1\"\nIMPLEMENTOR=\"Nobody\"\n");
        Files.writeString(program, "#!/bin/sh\nexec /bin/true\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /** Starts a program in a view of the machine that the kernel does not let anybody exchange: what is below it is shared. */
    private static List<String> rooted(Path root) {
        return List.of("unshare", "--mount", "/bin/sh", "-c", """
                set -e
                mount -t tmpfs tmpfs "$0"
                mount --make-shared "$0"
                mkdir "$0/inner"
                mount -t tmpfs tmpfs "$0/inner"
                for place in /*; do
                  if [ -L "$place" ]; then
                    cp -P "$place" "$0/inner/"
                  elif [ -d "$place" ]; then
                    mkdir "$0/inner$place"
                    mount --rbind "$place" "$0/inner$place"
                  fi
                done
                exec chroot "$0/inner" "$@"
                """, root.toString());
    }

    private static String isolated(String name, String driver, String config) {
        return """
                {"Job":{"ID":"%s","Name":"%1$s","Type":"batch","TaskGroups":[{"Name":"g","Count":1,
                 "RestartPolicy":{"Attempts":0,"Interval":86400000000000,"Delay":15000000000,"Mode":"fail"},
                 "ReschedulePolicy":{"Attempts":0,"Unlimited":false},
                 "Tasks":[{"Name":"t","Driver":"%s","Config":{%s},"Resources":{"CPU":20,"MemoryMB":64}}]}]}}
                """.formatted(name, driver, config);
    }

    @Test
    void isolated_tasks_run_on_a_machine_whose_root_cannot_be_exchanged() throws Exception {
        assumeTrue(Tool.find("unshare").isPresent(), "unshare is not installed");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var root = Files.createDirectory(directory.resolve("root"));
        try (var agent = new ChildAgent(directory, 9).inside(rooted(root))) {
            Files.writeString(agent.configuration(), """
                    plugin "exec" {
                      config {
                        no_pivot_root = true
                      }
                    }
                    """);
            agent.start();
            agent.send("PUT", "/v1/jobs", isolated("moved", "exec", """
                    "command":"/bin/sh","args":["-c","test -e /etc/passwd && test ! -e /var/lib && echo moved"]"""));
            agent.send("PUT", "/v1/jobs", isolated("exchanged", "java", """
                    "class":"None","class_path":"/none\""""));
            agent.awaitStatus("moved", "complete");
            assertThat(agent.lines(agent.idOf("moved"))).containsExactly("moved");
            agent.awaitStatus("exchanged", "failed");
            assertThat(agent.eventsOf("exchanged").toString())
                    .as("what the other driver does, which has no such word")
                    .contains("make the view the root");
        }
    }

    private static String following(String wait) {
        return """
                template {
                  data        = "{{ key \\"keys/word\\" }}"
                  destination = "local/word-%s"
                  change_mode = "noop"
                  wait {
                    min = "%s"
                    max = "2h"
                  }
                }
                """.formatted(wait, wait);
    }

    private static void put(RunningNode node, String value) {
        assertThat(node.say("kv", "put", "keys/word", value)).endsWith("exit 0");
    }

    private static void assertThatBoundsAreOff(RunningNode node) throws Exception {
        put(node, "first");
        node.run(ShellJob.of("quick", "service", "raw_exec", "exec sleep 1000", "", following("10ms")));
        node.awaitStatus("quick", "running");
        var word = node.place("quick").resolve("t/local/word-10ms");
        put(node, "second");
        node.await(
                "the second, long before an hour", () -> Files.readString(word).equals("second"));
    }

    @Test
    void what_tasks_are_brought_keeps_to_limits_times_and_places() throws Exception {
        assumeTrue(Tool.find("git").isPresent(), "git is not installed");
        var authority = new AuthorityOfTests(directory.resolve("certificates"));
        repository(directory.resolve("open/app"));
        repository(directory.resolve("closed/app"));
        var doubles = new HealthDoubles(directory);
        doubles.bodies.put("/many.tar", tar(Map.of("a", "1", "b", "2", "c", "3", "d", "4")));
        doubles.bodies.put("/large.tar", tar(Map.of("a", "x".repeat(2_000_000))));
        doubles.bodies.put("/link.tar", tar(Map.of("a", "", "b", "1")));
        try (doubles;
                var quiet = QuietPort.keepingWaiting();
                var vault = VaultDouble.showing(AuthorityOfTests.keys(authority.server("vault.example")));
                var node = RunningNode.start(
                        directory,
                        DATA.formatted(directory, vault.address(), VaultDouble.ROOT, authority.certificate()))) {
            vault.secrets.put("kv/app", new VaultDouble.Entry("app", Map.of("key", "first"), ""));
            node.run(ShellJob.of("secretive", "service", "raw_exec", "exec sleep 1000", "", """
                    vault {
                      policies = ["app"]
                    }
                    template {
                      data        = "{{ with secret \\"kv/app\\" }}{{ .Data.key }}{{ end }}"
                      destination = "local/key"
                      change_mode = "noop"
                    }
                    """));
            put(node, "first");
            node.run(ShellJob.of(
                    "bounded", "service", "raw_exec", "exec sleep 1000", "", following("10ms") + following("1h")));
            var web = "http://127.0.0.1:" + doubles.http();
            var fetched = Map.of(
                    "http-read-timeout", "http://" + quiet.address() + "/slow",
                    "git-timeout", "git::http://" + quiet.address() + "/slow.git",
                    "s3-timeout", "s3::http://" + quiet.address() + "/bucket/slow",
                    "decompression-size-limit", web + "/large.tar",
                    "decompression-file-count-limit", web + "/many.tar",
                    "filesystem-isolation-extra-paths", "git::file://" + directory + "/closed/app");
            fetched.forEach((name, source) -> fetch(node, name, source));
            fetch(node, "linked", web + "/link.tar");
            fetch(node, "allowed", "git::file://" + directory + "/open/app");
            assertThatTemplatesWait(node);
            for (String name : fetched.keySet()) {
                node.awaitFailure(name, name.replace('-', '_'));
            }
            for (String name : List.of("linked", "allowed")) {
                node.awaitStatus(name, "complete");
            }
            assertThat(Files.readSymbolicLink(node.place("linked").resolve("t/local/a")))
                    .isEqualTo(Path.of("/etc/hostname"));
            assertThat(node.place("allowed").resolve("t/local/file")).hasContent("of the repository");
            node.run(ShellJob.of("denied", "batch", "raw_exec", "true", "", """
                    template {
                      data        = "{{ sha256Hex \\"a\\" }}"
                      destination = "local/a"
                    }
                    """));
            node.await("the refusal", () -> node.events("denied", "t").contains("sha256Hex"));
            assertThatSecretsAreReadAgain(node, vault);
        }
    }

    private static void assertThatTemplatesWait(RunningNode node) throws Exception {
        node.awaitStatus("bounded", "running");
        var asked = Instant.now();
        put(node, "second");
        for (String wait : List.of("10ms", "1h")) {
            var word = node.place("bounded").resolve("t/local/word-" + wait);
            node.await("the second after " + wait, () -> Files.readString(word).equals("second"));
            assertThat(Duration.between(asked, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(1_500));
        }
    }

    private static void assertThatSecretsAreReadAgain(RunningNode node, VaultDouble vault) throws Exception {
        node.awaitStatus("secretive", "running");
        assertThat(vault.wishes)
                .singleElement()
                .asString()
                .startsWith("team auth/token/create/tasks ")
                .contains("\"ttl\":\"1020s\"");
        var key = node.place("secretive").resolve("t/local/key");
        assertThat(key).hasContent("first");
        vault.secrets.put("kv/app", new VaultDouble.Entry("app", Map.of("key", "second"), ""));
        node.await("the second secret", () -> Files.readString(key).equals("second"));
    }

    private static void fetch(RunningNode node, String name, String source) {
        try {
            node.run(
                    ShellJob.of(name, "batch", "raw_exec", "true", "", "artifact {\nsource = \"" + source + "\"\n}\n"));
        } catch (IOException unwritten) {
            throw new AssertionError(unwritten);
        }
    }

    private static void repository(Path place) throws Exception {
        Files.createDirectories(place);
        Files.writeString(place.resolve("file"), "of the repository");
        var made = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "git init -q . && git add -A"
                                + " && git -c user.name=S -c user.email=s@example.com commit -q -m Change")
                .directory(place.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
    }

    /** What is empty is a link that leads out. */
    private static byte[] tar(Map<String, String> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                boolean isLink = file.getValue().isEmpty();
                var content = file.getValue().getBytes(StandardCharsets.UTF_8);
                var entry = isLink
                        ? new TarArchiveEntry(file.getKey(), TarConstants.LF_SYMLINK)
                        : new TarArchiveEntry(file.getKey());
                if (isLink) {
                    entry.setLinkName("/etc/hostname");
                } else {
                    entry.setSize(content.length);
                }
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
