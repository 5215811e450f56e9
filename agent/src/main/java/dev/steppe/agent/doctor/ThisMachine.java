package dev.steppe.agent.doctor;

import dev.steppe.client.driver.DockerDriver;
import dev.steppe.client.driver.DockerSettings;
import dev.steppe.client.driver.DriverFingerprint;
import dev.steppe.client.driver.JavaHomes;
import dev.steppe.client.network.NetworkChecks;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Networks;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The machine this program runs on; its network is that of a namespace where one is given. */
class ThisMachine implements Machine, AutoCloseable {
    private final NamespaceThread thread = new NamespaceThread();
    private final Optional<Path> namespace;
    private final Map<String, String> environment;

    ThisMachine(Optional<Path> namespace, Map<String, String> environment) {
        this.namespace = namespace;
        this.environment = environment;
    }

    private NamespaceThread.Entry network() {
        return namespace.map(NamespaceThread.Entry::network).orElse(NamespaceThread.Entry.none());
    }

    @Override
    public boolean isLinux() {
        return LinuxCalls.isLinux();
    }

    @Override
    public int effectiveUser() {
        return LinuxCalls.effectiveUser();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Path at(String path) {
        return Path.of(path);
    }

    @Override
    public Optional<String> read(String path) throws IOException, InterruptedException {
        return thread.call(network(), () -> {
            try {
                return Optional.of(Files.readString(at(path)));
            } catch (IOException unreadable) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void write(String path, String text) throws IOException, InterruptedException {
        var written = thread.call(network(), () -> Files.writeString(at(path), text));
        if (!written.isAbsolute()) {
            throw new IllegalArgumentException("not an absolute path: " + path);
        }
    }

    @Override
    public long freeBytes(String path) throws IOException {
        return Files.getFileStore(at(path)).getUsableSpace();
    }

    @Override
    public Optional<Path> tool(String name) {
        return Tool.find(name);
    }

    @Override
    public Tool.Result run(List<String> command, String input) throws IOException, InterruptedException {
        return Tool.run(thread, network(), command, input);
    }

    @Override
    public DriverFingerprint docker() {
        try (var driver = new DockerDriver(DockerSettings.of(environment, "steppe-doctor"))) {
            return driver.fingerprint();
        }
    }

    @Override
    public Optional<JavaHomes.Home> java() {
        return JavaHomes.all(
                        Optional.empty(),
                        environment.getOrDefault("JAVA_HOME", ""),
                        environment.getOrDefault("PATH", ""))
                .stream()
                .findFirst();
    }

    @Override
    public int addFirewallExceptions(NetworkSettings network) throws IOException, InterruptedException {
        return NetworkChecks.addExceptions(here(network));
    }

    @Override
    public void removeNetworks(NetworkSettings network) throws IOException, InterruptedException {
        try (var networks = Networks.open(here(network), new SecureRandom())) {
            networks.removeAll();
        }
    }

    private NetworkSettings here(NetworkSettings network) {
        return new NetworkSettings(
                network.bridge(), network.subnet(), network.version6(), network.runDirectory(), namespace);
    }

    @Override
    public void unmount(String path) throws IOException {
        LinuxCalls.unmount(at(path), LinuxCalls.MNT_DETACH);
    }

    @Override
    public void close() {
        thread.close();
    }
}
