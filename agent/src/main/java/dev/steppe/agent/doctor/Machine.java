package dev.steppe.agent.doctor;

import dev.steppe.client.driver.DriverFingerprint;
import dev.steppe.client.driver.JavaHomes;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A machine as the doctor sees and repairs it: this one, or one that a test invents. Blocking. */
interface Machine {
    boolean isLinux();

    int effectiveUser();

    Instant now();

    /** Where the file of that absolute path is. */
    Path at(String path);

    /** The text of a file as seen from the machine's network; empty when it is absent or not to be read. */
    Optional<String> read(String path) throws IOException, InterruptedException;

    /** Writes a file or a setting of the kernel. */
    void write(String path, String text) throws IOException, InterruptedException;

    long freeBytes(String path) throws IOException;

    Optional<Path> tool(String name);

    /** Runs a tool in the machine's network; the first word is its name. */
    Tool.Result run(List<String> command, String input) throws IOException, InterruptedException;

    DriverFingerprint docker();

    Optional<JavaHomes.Home> java();

    /** See {@link dev.steppe.client.network.NetworkChecks#addExceptions}. */
    int addFirewallExceptions(NetworkSettings network) throws IOException, InterruptedException;

    /** Removes bridge, networks and rules of allocations. */
    void removeNetworks(NetworkSettings network) throws IOException, InterruptedException;

    void unmount(String path) throws IOException;
}
