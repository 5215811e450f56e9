package dev.steppe.client.network;

import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Programs and settings of the machine, run where the machine's network is. */
record MachineCommands(NamespaceThread thread, Optional<Path> machineNamespace) {
    private static final Path SETTINGS = Path.of("/proc/sys/net");

    private NamespaceThread.Entry machine() {
        return machineNamespace.map(NamespaceThread.Entry::network).orElse(NamespaceThread.Entry.none());
    }

    /** Runs the work on a thread inside the namespace that plays the machine: sockets it opens belong there. */
    <T> T inMachine(Callable<T> work) throws IOException, InterruptedException {
        return thread.call(machine(), work);
    }

    String require(List<String> command, String input) throws IOException, InterruptedException {
        return Tool.require(thread, machine(), command, input);
    }

    /** The same for a command that does all or nothing: killed, on a machine short of time or memory, it may try once more. */
    String requireWhole(List<String> command, String input) throws IOException, InterruptedException {
        var first = run(command, input);
        return first.isKilled() ? require(command, input) : Tool.successful(command, first);
    }

    Tool.Result run(List<String> command, String input) throws IOException, InterruptedException {
        return Tool.run(thread, machine(), command, input);
    }

    /** Several {@code ip} commands in one process; the first failure ends them. */
    void ip(List<String> lines) throws IOException, InterruptedException {
        require(List.of("ip", "-batch", "-"), String.join("\n", lines) + "\n");
    }

    /** The same inside a namespace. */
    void ipInside(Path namespace, List<String> lines) throws IOException, InterruptedException {
        Tool.require(
                thread,
                NamespaceThread.Entry.network(namespace),
                List.of("ip", "-batch", "-"),
                String.join("\n", lines) + "\n");
    }

    /** Sets a value below /proc/sys/net unless it is set so already (the file system may be read-only). */
    void setting(String name, String value) throws IOException, InterruptedException {
        thread.call(machine(), () -> set(name, value));
    }

    /** The same for a value that goes with its interface, which may vanish at any time. */
    void settingIfThere(String name, String value) throws IOException, InterruptedException {
        try {
            setting(name, value);
        } catch (NoSuchFileException gone) {
            return;
        }
    }

    /** Sets a value of a namespace. */
    void settingInside(Path namespace, String name, String value) throws IOException, InterruptedException {
        thread.call(NamespaceThread.Entry.network(namespace), () -> set(name, value));
    }

    /** Reads a value below /proc/sys/net; empty when this kernel does not have it. */
    Optional<String> setting(String name) throws IOException, InterruptedException {
        return thread.call(machine(), () -> {
            var file = SETTINGS.resolve(name);
            try {
                return Optional.of(Files.readString(file).trim());
            } catch (NoSuchFileException absent) {
                return Optional.empty();
            }
        });
    }

    private static Path set(String name, String value) throws IOException {
        var file = SETTINGS.resolve(name);
        if (!Files.readString(file).trim().equals(value)) {
            Files.writeString(file, value);
        }
        return file;
    }
}
