package dev.steppe.agent.doctor;

import dev.steppe.agent.AgentOptions;
import dev.steppe.client.network.NetworkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A machine, and the agent that is to run on it. */
record Examination(Machine machine, AgentOptions options) {
    boolean isRoot() {
        return machine.effectiveUser() == 0;
    }

    boolean isBridging() {
        return isRoot() && options.bridge().isPresent();
    }

    NetworkSettings network() {
        return options.network()
                .orElseGet(() -> new NetworkSettings(
                        NetworkSettings.DEFAULT_BRIDGE,
                        options.bridgeSubnet(),
                        options.runDirectory(),
                        Optional.empty()));
    }

    String bridge() {
        return network().bridge();
    }

    /** The text of a file, trimmed; empty when there is none. */
    String text(String path) throws IOException, InterruptedException {
        return machine.read(path).orElse("").strip();
    }

    List<String> lines(String path) throws IOException, InterruptedException {
        return text(path).lines().toList();
    }

    /** What a tool prints; empty when it is missing or fails. */
    String output(String... command) throws IOException, InterruptedException {
        if (machine.tool(command[0]).isEmpty()) {
            return "";
        }
        var result = machine.run(List.of(command), "");
        return result.status() == 0 ? result.output() : "";
    }

    /** Names in a directory, sorted; none when it cannot be read. */
    List<String> names(String directory) {
        var names = new ArrayList<String>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(machine.at(directory))) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException | UncheckedIOException | java.nio.file.DirectoryIteratorException unreadable) {
            return List.of();
        }
        names.sort(String::compareTo);
        return names;
    }

    /** How this machine installs a package; the name is Debian's. */
    String install(String... packages) {
        var names = new ArrayList<>(List.of(packages));
        if (machine.tool("apt-get").isPresent()) {
            return "apt-get install -y " + String.join(" ", names);
        }
        for (String installer : List.of("dnf", "yum", "zypper")) {
            if (machine.tool(installer).isPresent()) {
                names.replaceAll(name -> name.equals("iproute2") && !installer.equals("zypper") ? "iproute" : name);
                return installer + " install -y " + String.join(" ", names);
            }
        }
        if (machine.tool("apk").isPresent()) {
            names.replaceAll(name -> name.equals("util-linux") ? "util-linux setpriv" : name);
            return "apk add " + String.join(" ", names);
        }
        return machine.tool("pacman").isPresent()
                ? "pacman -S --noconfirm " + String.join(" ", names)
                : "install the packages " + String.join(", ", names);
    }
}
