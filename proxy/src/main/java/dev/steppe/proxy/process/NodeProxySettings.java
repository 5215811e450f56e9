package dev.steppe.proxy.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How the proxy of a node is run.
 *
 * @param directory of its own, which everybody may enter: sockets, configuration, logs and the record of processes
 * @param java the program, for example {@code /opt/steppe/runtime/bin/java}
 * @param classPath of the proxy module and what it needs
 * @param user whom the proxy runs as; empty when the agent has no root: then it runs as the agent does
 * @param namespaces the directory of named network namespaces; empty when there are none, and then there is no broker
 * @param jvmOptions further options of the JVM, after {@link JvmOptions}
 * @param shelter where a process that has just been started is moved to, so that it outlives the agent's service
 */
public record NodeProxySettings(
        Path directory,
        Path java,
        List<Path> classPath,
        Optional<User> user,
        Optional<Path> namespaces,
        List<String> jvmOptions,
        Shelter shelter) {
    public NodeProxySettings {
        classPath = List.copyOf(classPath);
        jvmOptions = List.copyOf(jvmOptions);
        directory = directory.toAbsolutePath();
    }

    /** The processes stay in the groups of the one who starts them. */
    public NodeProxySettings(
            Path directory,
            Path java,
            List<Path> classPath,
            Optional<User> user,
            Optional<Path> namespaces,
            List<String> jvmOptions) {
        this(directory, java, classPath, user, namespaces, jvmOptions, pid -> {});
    }

    /** The same where there are network namespaces in that directory. */
    public NodeProxySettings serving(Path namespacesThere) {
        return new NodeProxySettings(
                directory, java, classPath, user, Optional.of(namespacesThere), jvmOptions, shelter);
    }

    /** Moves a process out of the reach of whoever ends the agent's service. */
    @FunctionalInterface
    public interface Shelter {
        void take(long pid) throws IOException;
    }

    /** An unprivileged user by numbers. */
    public record User(int uid, int gid) {
        public User {
            if (uid <= 0 || gid <= 0) {
                throw new IllegalArgumentException("the proxy must not run as root (uid " + uid + ", gid " + gid + ")");
            }
        }
    }

    Path proxyDirectory() {
        return directory.resolve("proxy");
    }

    Path configurationFile() {
        return proxyDirectory().resolve("configuration.bin");
    }

    Path controlSocket(int generation) {
        return proxyDirectory().resolve("control-" + generation + ".sock");
    }

    Path brokerSocket() {
        return directory.resolve("broker.sock");
    }

    Path record() {
        return directory.resolve("processes");
    }
}
