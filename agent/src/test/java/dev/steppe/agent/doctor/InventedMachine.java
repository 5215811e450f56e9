package dev.steppe.agent.doctor;

import dev.steppe.agent.AgentOptions;
import dev.steppe.client.driver.DriverFingerprint;
import dev.steppe.client.driver.JavaHomes;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A machine whose files are below a directory and whose tools answer as told. In order until a test breaks it. */
final class InventedMachine implements Machine {
    private static final String SOCKETS =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    private final Path root;
    private final TreeSet<String> tools = new TreeSet<>();
    private final TreeMap<String, Tool.Result> answers = new TreeMap<>();
    /** What was changed, in order. */
    final List<String> changes = new ArrayList<>();

    boolean linux = true;
    int user;
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    long freeBytes = 50L << 30;
    boolean readsFail;
    DriverFingerprint docker = DriverFingerprint.absent("no Docker daemon");
    Optional<JavaHomes.Home> java = Optional.of(new JavaHomes.Home(Path.of("/usr/lib/jvm/25"), "25.0.1", "Eclipse"));

    InventedMachine(Path root) {
        this.root = root;
        file("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
        file("/proc/sys/net/ipv4/ip_forward", "1\n");
        file("/proc/self/limits", "Max open files            1024                 524288               files     \n");
        file("/proc/self/status", "Name:\tjava\nUmask:\t0022\n");
        file("/proc/self/mounts", "/dev/vda1 / ext4 rw,relatime 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
        file("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
        file("/sys/fs/cgroup/cgroup.subtree_control", "cpu memory pids\n");
        file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n");
        file("/etc/resolv.conf", "nameserver 127.0.0.53\noptions edns0\n");
        directory("/var/lib", "rwxr-xr-x");
        directory("/etc/sysctl.d", "rwxr-xr-x");
        for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
            file("/proc/thread-self/net/" + table, SOCKETS);
        }
        process("1", "/sbin/init");
        tools.addAll(List.of("sh", "setpriv", "unshare", "ip", "nft", "apt-get", "useradd"));
        answer("unshare", 0, "");
        answer("ip -4 -o route", 0, "default via 10.0.0.1 dev eth0\n10.0.0.0/24 dev eth0 scope link\n");
        answer("ip -d -o link show dev steppe0", 1, "");
        answer("ip -o link", 0, "1: lo: <LOOPBACK> mtu 65536\n2: eth0: <BROADCAST> mtu 1500\n");
        answer("nft list", 0, "");
        answer("useradd", 0, "");
    }

    Examination examination() {
        return new Examination(this, AgentOptions.development(Path.of("/var/lib/steppe/dev")));
    }

    InventedMachine file(String path, String text) {
        try {
            var file = at(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    InventedMachine directory(String path, String permissions) {
        try {
            Files.createDirectories(at(path));
            Files.setPosixFilePermissions(at(path), PosixFilePermissions.fromString(permissions));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    InventedMachine process(String pid, String... words) {
        return file("/proc/" + pid + "/cmdline", String.join("\0", words) + "\0");
    }

    /** A socket at the address as the kernel prints it, open in the process. */
    InventedMachine socket(String table, String address, String state, String pid) {
        var line =
                "   0: " + address + " 00000000:0000 " + state + " 00000000:00000000 00:00000000 00000000 0 0 4711 1\n";
        file("/proc/thread-self/net/" + table, SOCKETS + line);
        try {
            Files.createDirectories(at("/proc/" + pid + "/fd"));
            Files.createSymbolicLink(at("/proc/" + pid + "/fd/7"), Path.of("socket:[4711]"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    InventedMachine has(String... names) {
        tools.addAll(List.of(names));
        return this;
    }

    InventedMachine lacks(String... names) {
        List.of(names).forEach(tools::remove);
        return this;
    }

    /** What commands that begin so end with; the longest beginning counts. */
    InventedMachine answer(String beginning, int status, String output) {
        answers.put(beginning, new Tool.Result(status, status == 0 ? output : "", status == 0 ? "" : output));
        return this;
    }

    @Override
    public boolean isLinux() {
        return linux;
    }

    @Override
    public int effectiveUser() {
        return user;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Path at(String path) {
        return root.resolve(path.substring(1));
    }

    @Override
    public Optional<String> read(String path) throws IOException {
        if (readsFail) {
            throw new IOException("the disk is on fire");
        }
        return Files.isRegularFile(at(path)) ? Optional.of(Files.readString(at(path))) : Optional.empty();
    }

    @Override
    public void write(String path, String text) {
        changes.add("write " + path);
        file(path, text);
    }

    @Override
    public long freeBytes(String path) {
        return freeBytes;
    }

    @Override
    public Optional<Path> tool(String name) {
        return tools.contains(name) ? Optional.of(Path.of("/usr/bin", name)) : Optional.empty();
    }

    @Override
    public Tool.Result run(List<String> command, String input) throws IOException {
        var words = String.join(" ", command);
        if (!tools.contains(command.getFirst())) {
            throw new IOException(command.getFirst() + " is not installed");
        }
        if (words.startsWith("useradd")) {
            changes.add(words);
        }
        for (Map.Entry<String, Tool.Result> answer : answers.descendingMap().entrySet()) {
            if (words.startsWith(answer.getKey())) {
                return answer.getValue();
            }
        }
        throw new IOException("the test does not say what \"" + words + "\" answers");
    }

    @Override
    public DriverFingerprint docker() {
        return docker;
    }

    @Override
    public Optional<JavaHomes.Home> java() {
        return java;
    }

    @Override
    public int addFirewallExceptions(NetworkSettings network) {
        changes.add("exceptions for " + network.bridge());
        return 2;
    }

    @Override
    public void removeNetworks(NetworkSettings network) {
        changes.add("remove networks of " + network.bridge());
    }

    @Override
    public void unmount(String path) {
        changes.add("unmount " + path);
    }
}
