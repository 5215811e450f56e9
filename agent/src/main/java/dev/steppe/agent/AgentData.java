package dev.steppe.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/** The directories of an agent and who may look into them. */
final class AgentData {
    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");
    /** Tasks of other users reach their own directories below, and see no names of others. */
    private static final Set<PosixFilePermission> PASSING = PosixFilePermissions.fromString("rwx--x--x");

    private AgentData() {}

    /** Makes what is not there yet. What a server and a node know is for nobody else to read. */
    static void make(AgentOptions options) throws IOException {
        if (options.development()) {
            DevelopmentData.make(options.dataDirectory());
            DevelopmentData.make(options.runDirectory());
        } else {
            makePassing(options.dataDirectory());
            makePassing(options.runDirectory());
        }
        makePassing(options.allocationDirectory());
        makeOwn(options.serverDirectory());
        makeOwn(options.clientDirectory());
        makeOwn(options.keyringDirectory());
    }

    private static void makeOwn(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, OWN);
    }

    /** One that is there keeps what it grants, and grants passing, too: tasks of other users could not start without. */
    private static void makePassing(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PASSING);
            return;
        }
        var granted = new HashSet<>(Files.getPosixFilePermissions(directory));
        if (granted.addAll(PASSING)) {
            Files.setPosixFilePermissions(directory, granted);
        }
    }
}
