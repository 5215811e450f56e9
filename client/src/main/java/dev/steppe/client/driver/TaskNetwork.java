package dev.steppe.client.driver;

import dev.steppe.io.linux.NamespaceThread.Bind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The network an allocation has to itself: the file of its namespace, the resolver configuration its tasks see, their
 * hosts file when it differs from the machine's, and the pause container that holds the namespace when there is one.
 */
public record TaskNetwork(Path namespace, Path resolvConf, Optional<Path> hosts, Optional<String> pauseContainer) {
    /** A namespace without hosts file and pause container. */
    public static TaskNetwork of(Path namespace, Path resolvConf) {
        return new TaskNetwork(namespace, resolvConf, Optional.empty(), Optional.empty());
    }

    /** The files to show in the task at other places, as source and target. */
    List<Bind> binds() {
        var binds = new ArrayList<Bind>();
        binds.add(new Bind(resolvConf, Path.of("/etc/resolv.conf")));
        hosts.ifPresent(file -> binds.add(new Bind(file, Path.of("/etc/hosts"))));
        return binds;
    }
}
