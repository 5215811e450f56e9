package dev.steppe.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.driver.DriverFingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves on invented machines that each shortcoming is found, weighed and answered with what to do. */
class DoctorTest {
    @TempDir
    Path directory;

    private InventedMachine machine;

    @BeforeEach
    void invent() {
        machine = new InventedMachine(directory);
    }

    /** A machine that is in order but for one thing, and what the doctor is to say about that. */
    record Case(Consumer<InventedMachine> change, String check, Level level, String found, String remedy) {
        @Override
        public String toString() {
            return check + " is " + level + ": " + found;
        }
    }

    private static Case ok(String check, String found, Consumer<InventedMachine> change) {
        return new Case(change, check, Level.OK, found, "");
    }

    private static Case warns(String check, String found, String remedy, Consumer<InventedMachine> change) {
        return new Case(change, check, Level.WARNING, found, remedy);
    }

    private static Case problem(String check, String found, String remedy, Consumer<InventedMachine> change) {
        return new Case(change, check, Level.PROBLEM, found, remedy);
    }

    private static final String FIREWALLD = """
            table inet firewalld {
            	chain filter_FORWARD {
            		type filter hook forward priority filter + 10; policy accept;
            		ct state { established, related } accept
            		counter packets 12 bytes 700 reject with icmpx admin-prohibited
            	}
            }
            """;

    private static final String OWN_RULES = """
            table inet mine {
            	set allowed {
            		elements = { 22, 80,
            			     443 }
            	}
            	chain in {
            		type filter hook input priority filter; policy drop;
            		tcp dport @allowed accept
            	}
            	chain fwd {
            		type filter hook forward priority filter; policy drop;
            	}
            }
            """;

    static Stream<Case> machines() {
        return Stream.of(
                        of_the_system(),
                        of_resources(),
                        of_the_kernels_network(),
                        of_firewalls(),
                        of_addresses(),
                        of_ports(),
                        of_leftovers())
                .flatMap(List::stream);
    }

    private static List<Case> of_the_system() {
        return List.of(
                warns("root", "uid 1000", "sudo steppe doctor", it -> it.user = 1000),
                problem("kernel", "not Linux", "on Linux", it -> it.linux = false),
                problem(
                        "kernel",
                        "older than 5.3",
                        "upgrade",
                        it -> it.file("/proc/sys/kernel/osrelease", "4.19.0-26\n")),
                warns("kernel", "older than 5.14", "upgrade", it -> it.file("/proc/sys/kernel/osrelease", "5.10.0\n")),
                problem(
                        "tools",
                        "missing: setpriv, ip",
                        "apt-get install -y util-linux iproute2",
                        it -> it.lacks("setpriv", "ip")),
                problem(
                        "tools",
                        "missing: ip",
                        "dnf install -y iproute",
                        it -> it.lacks("ip", "apt-get").has("dnf")),
                ok("tools", "sh are installed", it -> it.lacks("setpriv", "ip").user = 1000),
                ok(
                        "task account",
                        "steppe-task (uid 990)",
                        it -> it.file("/etc/passwd", "steppe-task:x:990:990::/:/x\n")),
                warns(
                        "task account",
                        "nameless uid 65534",
                        "useradd --system",
                        it -> it.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")),
                problem("clock", "cannot be", "timedatectl set-ntp true", it -> it.now = Instant.EPOCH),
                warns(
                        "clock",
                        "not synchronised",
                        "timedatectl set-ntp true",
                        it -> it.has("timedatectl").answer("timedatectl", 0, "no\n")),
                ok("clock", "synchronised over", it -> it.has("timedatectl").answer("timedatectl", 0, "yes\n")),
                ok(
                        "docker",
                        "version 28.2",
                        it -> it.docker = DriverFingerprint.healthy(
                                new TreeMap<>(java.util.Map.of("driver.docker.version", "28.2")))),
                warns(
                        "docker",
                        "does not answer",
                        "systemctl restart docker",
                        it -> it.docker = new DriverFingerprint(
                                true, false, "the Docker daemon does not answer", new TreeMap<>())),
                warns("java", "no installation", "JAVA_HOME", it -> it.java = Optional.empty()));
    }

    private static Consumer<InventedMachine> limit(String hard) {
        return it ->
                it.file("/proc/self/limits", "Max open files            1024                 " + hard + "    files\n");
    }

    private static List<Case> of_resources() {
        return List.of(
                problem("open files", "hard limit 1024", "LimitNOFILE=65536", limit("1024")),
                warns("open files", "hard limit 4096", "LimitNOFILE=65536", limit("4096")),
                ok("open files", "about 7583 allocations", it -> {}),
                ok("open files", "no limit", limit("unlimited")),
                ok("control groups", "version 2, writable: cpu, memory, pids", it -> {}),
                warns(
                        "control groups",
                        "not there: memory",
                        "cgroup_enable=memory",
                        it -> it.file("/sys/fs/cgroup/cgroup.controllers", "cpu pids\n")),
                warns(
                        "control groups",
                        "none are mounted",
                        "mount -t cgroup2",
                        it -> it.file("/proc/self/mounts", "/dev/vda1 / ext4 rw 0 0\n")),
                ok(
                        "control groups",
                        "version 1, writable: cpu, memory, pids",
                        it -> it.directory("/cg", "rwxr-xr-x")
                                .file("/proc/self/mounts", "cgroup /cg cgroup rw,cpu,memory,pids 0 0\n")),
                problem("data directory", "99 MiB free", "free disk space", it -> it.freeBytes = 99L << 20),
                warns("data directory", "500 MiB free", "free disk space", it -> it.freeBytes = 500L << 20),
                warns(
                        "data directory",
                        "mounted noexec",
                        "-data-dir=",
                        it -> it.file("/proc/self/mounts", "/dev/a / ext4 rw 0 0\n/dev/b /var ext4 rw,noexec 0 0\n")),
                problem(
                        "data directory",
                        "behind /var/lib/steppe",
                        "chmod o+x /var/lib/steppe",
                        it -> it.directory("/var/lib/steppe", "rwx------")),
                warns("data directory", "umask", "umask 022", it -> it.file("/proc/self/status", "Umask:\t0077\n")),
                ok(
                        "data directory",
                        "/var/lib/steppe/dev/data",
                        it -> it.directory("/var/lib/steppe", "rwx------").user = 1000));
    }

    private static List<Case> of_the_kernels_network() {
        return List.of(
                problem(
                        "namespaces",
                        "Operation not permitted",
                        "--privileged",
                        it -> it.answer("unshare --net ip", 1, "RTNETLINK answers: Operation not permitted\n")),
                problem("namespaces", "not tried", "apt-get install", it -> it.lacks("unshare")),
                problem(
                        "packet filter",
                        "neither nft nor iptables",
                        "apt-get install -y nftables",
                        it -> it.lacks("nft")),
                ok(
                        "packet filter",
                        "iptables",
                        it -> it.lacks("nft").has("iptables").answer("iptables", 0, "")),
                problem(
                        "packet filter",
                        "Protocol not supported",
                        "modprobe",
                        it -> it.answer("unshare --net nft", 1, "Error: Protocol not supported")),
                warns(
                        "forwarding",
                        "net.ipv4.ip_forward is 0",
                        "sysctl -w net.ipv4.ip_forward=1",
                        it -> it.file("/proc/sys/net/ipv4/ip_forward", "0\n")),
                ok("bridge filtering", "not loaded", it -> {}),
                ok("bridge filtering", "is 1", it -> it.file("/proc/sys/net/bridge/bridge-nf-call-iptables", "1\n")),
                ok("local routing", "no bridge yet", it -> {}),
                warns(
                        "local routing",
                        "steppe0.route_localnet is 0",
                        "sysctl -w",
                        it -> it.file("/proc/sys/net/ipv4/conf/steppe0/route_localnet", "0\n")));
    }

    private static Consumer<InventedMachine> iptables(String listing) {
        return it -> it.has("iptables").answer("iptables --wait -S", 0, listing);
    }

    private static List<Case> of_firewalls() {
        var docker = "-P INPUT ACCEPT\n-P FORWARD DROP\n-N DOCKER-USER\n";
        return List.of(
                ok("iptables policy", "nothing is dropped", iptables("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n")),
                warns("iptables policy", "FORWARD drops what no rule takes (Docker)", "--fix", iptables(docker)),
                warns(
                        "iptables policy",
                        "FORWARD and INPUT drop what no rule takes (ufw)",
                        "--fix",
                        iptables("-P INPUT DROP\n-P FORWARD DROP\n-N ufw-user-input\n")),
                warns(
                        "iptables policy",
                        "FORWARD drops what no rule takes (owner unknown)",
                        "--fix",
                        iptables(
                                "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n")),
                ok(
                        "iptables policy",
                        "exceptions for steppe0 are there",
                        iptables(docker + "-A DOCKER-USER -i steppe0 -m comment --comment steppe-steppe0 -j ACCEPT\n")),
                problem(
                        "nftables policy",
                        "inet firewalld, chain filter_FORWARD (hook forward)",
                        "firewall-cmd --permanent --zone=trusted --add-interface=steppe0 && firewall-cmd --reload",
                        it -> it.answer("nft list ruleset", 0, FIREWALLD)),
                problem(
                        "nftables policy",
                        "chain in (hook input); nftables table inet mine, chain fwd (hook forward)",
                        "nft insert rule inet mine fwd iifname steppe0 accept",
                        it -> it.answer("nft list ruleset", 0, OWN_RULES)),
                ok(
                        "nftables policy",
                        "no foreign table",
                        it -> it.answer(
                                "nft list ruleset",
                                0,
                                OWN_RULES.replace(
                                        "policy drop;\n\t}", "policy drop;\n\t\tiifname \"steppe0\" accept\n\t}"))),
                ok("nftables policy", "no foreign table", it -> {
                    iptables("-P FORWARD DROP\n").accept(it);
                    it.answer(
                            "nft list ruleset",
                            0,
                            "table ip filter {\nchain FORWARD {\n"
                                    + "type filter hook forward priority filter; policy drop;\n}\n}\n");
                }));
    }

    private static List<Case> of_addresses() {
        return List.of(
                problem(
                        "addresses",
                        "172.26.0.0/16 dev corp0",
                        "-bridge-subnet=",
                        it -> it.answer("ip -4 -o route", 0, "172.26.0.0/16 dev corp0 scope link\n")),
                ok(
                        "addresses",
                        "no other network",
                        it -> it.answer("ip -4 -o route", 0, "172.26.64.0/20 dev steppe0 scope link\n")),
                problem(
                        "bridge",
                        "is no bridge",
                        "-bridge=steppe1",
                        it -> it.answer(
                                "ip -d -o link show dev steppe0",
                                0,
                                "9: steppe0: <UP> mtu 1500 \\ dummy numtxqueues 1\n")),
                problem(
                        "bridge",
                        "other addresses",
                        "-bridge=steppe1",
                        it -> it.answer(
                                        "ip -d -o link show dev steppe0",
                                        0,
                                        "9: steppe0: <UP> \\ bridge forward_delay 0\n")
                                .answer("ip -4 -o addr", 0, "9: steppe0 inet 10.1.2.3/24 scope global steppe0\n")),
                ok(
                        "bridge",
                        "exists with 172.26.64.1/20",
                        it -> it.answer(
                                        "ip -d -o link show dev steppe0",
                                        0,
                                        "9: steppe0: <UP> \\ bridge forward_delay 0\n")
                                .answer("ip -4 -o addr", 0, "9: steppe0 inet 172.26.64.1/20 scope global steppe0\n")),
                ok("names", "127.0.0.53", it -> {}),
                warns("names", "names no server", "nameserver", it -> it.file("/etc/resolv.conf", "search corp\n")));
    }

    private static List<Case> of_ports() {
        var agent = List.of("java", "-cp", "x.jar", "dev.steppe.agent.Main", "agent", "-dev")
                .toArray(String[]::new);
        return List.of(
                problem(
                        "ports",
                        "in use: 4646/tcp by nomad (pid 77)",
                        "stop it",
                        it -> it.process("77", "/usr/bin/nomad", "agent").socket("tcp", "0100007F:1226", "0A", "77")),
                problem(
                        "ports",
                        "8500/tcp",
                        "stop it",
                        it -> it.process("77", "consul")
                                .socket("tcp6", "00000000000000000000000000000000:2134", "0A", "77")),
                problem(
                        "ports",
                        "8600/udp",
                        "stop it",
                        it -> it.process("77", "consul").socket("udp", "0100007F:2198", "07", "77")),
                ok(
                        "ports",
                        "in use by an agent: 4646/tcp by java (pid 77)",
                        it -> it.process("77", agent).socket("tcp", "0100007F:1226", "0A", "77")),
                // an established connection, and another address
                ok("ports", "free", it -> it.socket("tcp", "0100007F:1226", "01", "77")),
                ok("ports", "free", it -> it.socket("tcp", "0200000A:1226", "0A", "77")),
                problem(
                        "name service port",
                        "53/udp by dnsmasq (pid 53)",
                        "bind-dynamic",
                        it -> it.process("53", "/usr/sbin/dnsmasq").socket("udp", "00000000:0035", "07", "53")),
                ok(
                        "name service port",
                        "free",
                        it -> it.process("53", "systemd-resolved").socket("udp", "3500007F:0035", "07", "53")));
    }

    private static List<Case> of_leftovers() {
        return List.of(
                ok("leftovers", "none", it -> {}),
                ok(
                        "leftovers",
                        "an agent runs, java (pid 77)",
                        it -> it.process("77", "java", "dev.steppe.agent.Main", "agent")
                                .directory("/sys/fs/cgroup/steppe-1f", "rwxr-xr-x")),
                warns(
                        "leftovers",
                        "interface steppe0, interface st0123456789ab, nftables table ip steppe0",
                        "--fix",
                        it -> it.answer(
                                        "ip -o link",
                                        0,
                                        "4: steppe0: <UP> x\n5: st0123456789ab@if4: <UP> x\n6: stage: <UP> x\n")
                                .answer("nft list tables", 0, "table ip filter\ntable ip steppe0\n")),
                warns(
                        "leftovers",
                        "cgroup/steppe-1f",
                        "--fix",
                        it -> it.directory("/sys/fs/cgroup/steppe-1f/one.task", "rwxr-xr-x")),
                warns(
                        "leftovers",
                        "steppe-tasks.service/steppe-1f",
                        "--fix",
                        it -> it.directory(
                                "/sys/fs/cgroup/steppe.slice/steppe-tasks.service/steppe-1f/one.task", "rwxr-xr-x")),
                warns(
                        "leftovers",
                        "mount /data/secrets",
                        "--fix",
                        it -> it.file("/proc/self/mounts", "steppe-secrets /data/secrets tmpfs rw 0 0\n")),
                warns(
                        "leftovers",
                        "processes of one live: pids [900]",
                        "start the agent again",
                        it -> it.file("/sys/fs/cgroup/steppe-1f/one.task/cgroup.procs", "900\n")),
                warns(
                        "leftovers",
                        "proxy, java (pid 78)",
                        "start the agent again",
                        it -> it.process("78", "java", "dev.steppe.proxy.Main")));
    }

    @Test
    void a_machine_in_order_has_neither_warning_nor_problem() throws Exception {
        var diagnosis = Doctor.examine(machine.examination());
        assertThat(diagnosis.findings())
                .allSatisfy(finding ->
                        assertThat(finding.level()).as(finding.toString()).isEqualTo(Level.OK));
        assertThat(diagnosis.notLookedAt()).isEmpty();
        assertThat(machine.changes).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void a_shortcoming_is_found_and_answered(Case machines) throws Exception {
        machines.change().accept(machine);
        var finding = finding(machines.check());
        assertThat(finding.level()).as(finding.toString()).isEqualTo(machines.level());
        assertThat(finding.found()).contains(machines.found());
        assertThat(finding.remedy()).contains(machines.remedy());
        assertThat(machine.changes).isEmpty();
    }

    @Test
    void findings_carry_the_names_of_their_checks() throws Exception {
        assertThat(Doctor.examine(machine.examination()).findings())
                .extracting(Finding::check)
                .containsExactlyElementsOf(
                        Doctor.checks().stream().map(Check::name).toList());
    }

    @Test
    void without_root_the_checks_of_bridging_are_left_out_and_named() throws Exception {
        machine.user = 1000;
        var diagnosis = Doctor.examine(machine.examination());
        assertThat(diagnosis.notLookedAt()).contains("namespaces", "forwarding", "iptables policy");
        assertThat(diagnosis.findings())
                .extracting(Finding::check)
                .contains("root", "ports")
                .doesNotContain("forwarding");
    }

    @Test
    void a_look_that_fails_does_not_hide_the_others() throws Exception {
        machine.readsFail = true;
        var findings = Doctor.examine(machine.examination()).findings();
        assertThat(findings).hasSameSizeAs(Doctor.checks());
        assertThat(finding("forwarding").found()).contains("the disk is on fire");
    }

    @Test
    void what_is_repaired_is_in_order_afterwards() throws Exception {
        machine.file("/proc/sys/net/ipv4/ip_forward", "0\n")
                .file("/proc/sys/net/ipv4/conf/steppe0/route_localnet", "0\n");
        assertThat(repair())
                .containsExactly(
                        "set net.ipv4.ip_forward to 1",
                        "wrote /etc/sysctl.d/60-steppe.conf, so that it stays after a reboot",
                        "set net.ipv4.conf.steppe0.route_localnet to 1");
        assertThat(finding("forwarding").level()).isEqualTo(Level.OK);
        assertThat(finding("local routing").level()).isEqualTo(Level.OK);
        assertThat(repair()).isEmpty();
    }

    @Test
    void a_missing_account_and_missing_exceptions_are_added() throws Exception {
        machine.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        iptables("-P FORWARD DROP\n").accept(machine);
        assertThat(repair())
                .containsExactly("created the account steppe-task", "added 2 accepting rules for steppe0 to iptables");
        assertThat(machine.changes)
                .containsExactly(
                        "useradd --system --user-group --no-create-home --shell /usr/sbin/nologin steppe-task",
                        "exceptions for steppe0");
    }

    @Test
    void leftovers_without_life_are_removed_and_tables_of_others_stay() throws Exception {
        machine.directory("/sys/fs/cgroup/steppe-1f/one.task", "rwxr-xr-x")
                .directory("/sys/fs/cgroup/system.slice", "rwxr-xr-x")
                .answer("ip -o link", 0, "4: steppe0: <UP> x\n")
                .answer("nft list ruleset", 0, FIREWALLD);
        assertThat(repair()).anySatisfy(done -> assertThat(done).contains("steppe-1f"));
        assertThat(machine.at("/sys/fs/cgroup/steppe-1f")).doesNotExist();
        assertThat(machine.at("/sys/fs/cgroup/system.slice")).exists();
        assertThat(machine.changes).containsExactly("remove networks of steppe0");
    }

    @Test
    void what_lives_is_left_to_the_agent_that_takes_it_over() throws Exception {
        machine.file("/sys/fs/cgroup/steppe-1f/one.task/cgroup.procs", "900\n")
                .answer("ip -o link", 0, "4: steppe0: <UP> x\n");
        assertThat(repair()).isEmpty();
        // also when the repair is asked for in spite of the finding
        assertThat(LeftoverChecks.remove(machine.examination())).isEmpty();
        assertThat(Files.exists(machine.at("/sys/fs/cgroup/steppe-1f"))).isTrue();
        assertThat(machine.changes).isEmpty();
    }

    @Test
    void a_repair_that_fails_is_told() throws Exception {
        machine.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").answer("useradd", 9, "the file system is full");
        var examination = machine.examination();
        assertThat(Doctor.repair(examination, Doctor.examine(examination)))
                .containsExactly(
                        new Doctor.Repaired("task account", List.of(), "useradd failed: the file system is full"));
    }

    private Finding finding(String check) throws InterruptedException {
        return Doctor.examine(machine.examination()).findings().stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private List<String> repair() throws InterruptedException {
        var examination = machine.examination();
        return Doctor.repair(examination, Doctor.examine(examination)).stream()
                .flatMap(repaired -> repaired.done().stream())
                .toList();
    }
}
