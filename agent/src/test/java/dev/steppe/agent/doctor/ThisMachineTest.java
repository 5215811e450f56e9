package dev.steppe.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.agent.AgentOptions;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Networks;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.process.Tool;
import dev.steppe.model.AllocationId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves the looks and the repairs on a real kernel, inside a network namespace and away from the machine's own files. */
class ThisMachineTest {
    @TempDir
    Path directory;

    private final NamespaceThread thread = new NamespaceThread();
    private NetworkNamespaces namespaces;
    private Path namespace;
    private ThisMachine machine;

    /** The real kernel; files that others on this machine use are the test's own. */
    private static final class Sheltered extends ThisMachine {
        private final Path shelter;

        Sheltered(Path namespace, Path shelter) {
            super(Optional.of(namespace), Map.of());
            this.shelter = shelter;
        }

        @Override
        public Path at(String path) {
            boolean ours = path.startsWith("/etc/") || path.startsWith("/sys/fs/cgroup") || path.equals("/proc");
            return ours ? shelter.resolve(path.substring(1)) : super.at(path);
        }

        /** Only what ends with the namespace may be changed. */
        @Override
        public Tool.Result run(List<String> command, String input) throws IOException, InterruptedException {
            if (!List.of("ip", "nft", "iptables", "unshare", "timedatectl").contains(command.getFirst())) {
                throw new IOException("a test may not run " + command + " on this machine");
            }
            return super.run(command, input);
        }

        @Override
        public Optional<String> read(String path) throws IOException, InterruptedException {
            var text = super.read(path);
            return path.equals("/proc/self/mounts")
                    ? text.map(all -> String.join(
                            "\n",
                            all.lines()
                                    .filter(line ->
                                            line.contains(shelter.getParent().toString()))
                                    .toList()))
                    : text;
        }
    }

    @BeforeEach
    void open() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        assumeTrue(Tool.find("nft").isPresent(), "skipped: nft is not installed");
        Files.createDirectories(directory.resolve("shelter/etc/sysctl.d"));
        Files.writeString(directory.resolve("shelter/etc/passwd"), "nobody:x:65534:65534::/nonexistent:/bin/false\n");
        Files.writeString(directory.resolve("shelter/etc/resolv.conf"), "nameserver 192.0.2.53\n");
        namespaces = new NetworkNamespaces(thread, directory.resolve("machines"));
        namespace = namespaces.create("machine");
        machine = new Sheltered(namespace, directory.resolve("shelter"));
        ip("link set lo up");
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            machine.close();
            namespaces.delete("machine");
            namespaces.removeDirectory();
        }
        thread.close();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    private void ip(String... lines) throws Exception {
        var result = machine.run(List.of("ip", "-batch", "-"), String.join("\n", lines) + "\n");
        assertThat(result.status()).as(result.errors()).isZero();
    }

    private Examination examination() {
        return new Examination(machine, AgentOptions.development(directory.resolve("agent")));
    }

    private Finding finding(String check) throws InterruptedException {
        return Doctor.examine(examination()).findings().stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private List<String> repair() throws InterruptedException {
        return Doctor.repair(examination(), Doctor.examine(examination())).stream()
                .flatMap(repaired -> {
                    assertThat(repaired.failure()).isEmpty();
                    return repaired.done().stream();
                })
                .toList();
    }

    @Test
    void forwarding_is_turned_on_where_it_is_off_and_nowhere_else() throws Exception {
        var onThisMachine = Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward"));
        machine.write("/proc/sys/net/ipv4/ip_forward", "0");
        assertThat(finding("forwarding").level()).isEqualTo(Level.WARNING);
        assertThat(finding("forwarding").fixable()).isTrue();
        assertThat(repair()).contains("set net.ipv4.ip_forward to 1");
        assertThat(finding("forwarding").level()).isEqualTo(Level.OK);
        assertThat(directory.resolve("shelter/etc/sysctl.d/60-steppe.conf"))
                .content()
                .contains("net.ipv4.ip_forward=1");
        // others may turn it on meanwhile, and nobody turns it off
        assertThat(Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward"))).isIn(onThisMachine, "1\n");
    }

    @Test
    void what_the_kernel_is_asked_to_prove_is_tried() throws Exception {
        assertThat(finding("namespaces").found()).contains("can be made");
        assertThat(finding("packet filter").level()).isEqualTo(Level.OK);
        assertThat(machine.run(List.of("ip", "-o", "link", "show"), "").output())
                .doesNotContain("bridge0");
    }

    @Test
    void a_foreign_table_is_named_and_left_alone_and_its_remedy_helps() throws Exception {
        var table = "table inet mine {\nchain passing {\ntype filter hook forward priority 10; policy drop;\n}\n}\n";
        assertThat(machine.run(List.of("nft", "-f", "-"), table).status()).isZero();
        var finding = finding("nftables policy");
        assertThat(finding.level()).isEqualTo(Level.PROBLEM);
        var before = machine.run(List.of("nft", "list", "ruleset"), "").output();
        assertThat(repair()).noneMatch(done -> done.contains("nft"));
        assertThat(machine.run(List.of("nft", "list", "ruleset"), "").output()).isEqualTo(before);
        for (String command : finding.remedy().split(" && ")) {
            assertThat(machine.run(List.of(command.split(" ")), "").status())
                    .as(command)
                    .isZero();
        }
        assertThat(finding("nftables policy").level()).isEqualTo(Level.OK);
    }

    @Test
    void a_policy_of_iptables_gets_exceptions() throws Exception {
        assumeTrue(Tool.find("iptables").isPresent(), "skipped: iptables is not installed");
        for (String dropping : List.of("-P FORWARD DROP", "-A FORWARD -j REJECT")) {
            machine.run(List.of(("iptables --wait " + dropping).split(" ")), "");
            assertThat(finding("iptables policy").level()).isEqualTo(Level.WARNING);
            assertThat(repair()).contains("added 2 accepting rules for steppe0 to iptables");
            assertThat(finding("iptables policy").level()).isEqualTo(Level.OK);
            machine.run(List.of("iptables", "--wait", "-P", "FORWARD", "ACCEPT"), "");
            machine.run(List.of("iptables", "--wait", "-F", "FORWARD"), "");
        }
    }

    @Test
    void a_clash_of_addresses_is_found() throws Exception {
        ip("link add corp0 type veth peer name corp1", "addr add 172.26.70.1/24 dev corp0", "link set corp0 up");
        assertThat(finding("addresses").found()).contains("172.26.70.0/24 dev corp0");
        ip("link add steppe0 type veth peer name steppe1");
        assertThat(finding("bridge").found()).contains("is no bridge");
    }

    @Test
    void what_a_crash_left_is_found_and_removed() throws Exception {
        var before = machine.run(List.of("ip", "-o", "link", "show"), "").output();
        var options = examination().options();
        var settings =
                new NetworkSettings("steppe0", options.bridgeSubnet(), options.runDirectory(), Optional.of(namespace));
        try (var crashed = Networks.open(settings, RandomGenerator.getDefault())) {
            crashed.create(new AllocationId("one"), List.of(), Optional.empty());
        }
        assertThat(finding("bridge").level()).isEqualTo(Level.OK);
        var left = finding("leftovers");
        assertThat(left.level()).isEqualTo(Level.WARNING);
        assertThat(left.found()).contains("interface steppe0", "nftables table ip steppe0", "netns/one");
        assertThat(repair()).anyMatch(done -> done.startsWith("removed steppe0"));
        // the kernel takes away one end of a cable some time after the namespace of the other
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!finding("leftovers").found().equals("none")
                || !machine.run(List.of("ip", "-o", "link", "show"), "")
                        .output()
                        .equals(before)) {
            assertThat(System.nanoTime()).as("something is left").isLessThan(deadline);
        }
    }

    @Test
    void the_command_says_the_same_to_people_and_to_programs() throws Exception {
        var text = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        int status = run(List.of("-data-dir=" + directory, "-nomad-port=0"), text, errors);
        var json = new ByteArrayOutputStream();
        run(List.of("--json", "-data-dir=" + directory, "-nomad-port=0"), json, errors);
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
        var report = JsonReader.read(json.toString(StandardCharsets.UTF_8));
        assertThat(report.items("Findings"))
                .hasSameSizeAs(Doctor.checks())
                .allSatisfy(finding -> assertThat(finding.at("Why").text()).isNotEmpty());
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("kernel", "Linux ");
        assertThat(status).isEqualTo(text.toString(StandardCharsets.UTF_8).contains("\nproblem ") ? 1 : 0);
    }

    @Test
    void an_agent_that_keeps_its_data_is_looked_at_as_it_is_configured() throws Exception {
        Files.writeString(Files.createDirectories(directory.resolve("data")).resolve("precious"), "kept by an agent");
        var file = Files.writeString(
                directory.resolve("agent.hcl"),
                "data_dir = \"" + directory.resolve("data") + "\"\nbind_addr = \"0.0.0.0\"\n"
                        + "ports { http = 0 consul = 0 dns = 0 }\nclient { enabled = true }\n");
        var text = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        run(List.of("-config=" + file, "-json"), text, errors);
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("\"Found\": \"" + directory.resolve("data"));

        Files.writeString(file, "datacentre = 1");
        assertThat(run(List.of("-config=" + file), text, errors)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("datacentre", "agent.hcl line 1");
    }

    @Test
    void an_unknown_flag_is_refused() {
        var errors = new ByteArrayOutputStream();
        assertThat(run(List.of("-cure"), new ByteArrayOutputStream(), errors)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("unknown flag -cure");
    }

    private static int run(List<String> arguments, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return DoctorCommand.run(
                arguments,
                System.getenv(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
