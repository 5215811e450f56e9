package dev.steppe.proxy.process;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.Spawn;
import dev.steppe.io.sockets.PacketSocket;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Starts the two processes of a node's proxy, each with as few rights as it needs. Blocking. */
final class ProxyLauncher {
    private static final System.Logger LOG = System.getLogger(ProxyLauncher.class.getName());
    private static final String MAIN = "dev.steppe.proxy.Main";
    private static final String BROKER = "dev.steppe.proxy.broker.SocketBroker";
    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));
    private static final List<String> ENVIRONMENT = List.of("PATH=/usr/bin:/bin", "LANG=C.UTF-8", "MALLOC_ARENA_MAX=1");

    private final NodeProxySettings settings;

    ProxyLauncher(NodeProxySettings settings) {
        this.settings = settings;
    }

    /** The proxy's own directory is closed to everybody else; the one above only shows that it exists. */
    void prepareDirectories() throws IOException {
        Files.createDirectories(settings.directory());
        Files.setPosixFilePermissions(settings.directory(), PosixFilePermissions.fromString("rwx--x--x"));
        Files.createDirectories(settings.proxyDirectory());
        Files.setPosixFilePermissions(settings.proxyDirectory(), PosixFilePermissions.fromString("rwx------"));
        if (settings.user().isPresent()) {
            var user = settings.user().get();
            Files.setAttribute(settings.proxyDirectory(), "unix:uid", user.uid());
            Files.setAttribute(settings.proxyDirectory(), "unix:gid", user.gid());
        }
    }

    void removeDirectories() throws IOException {
        if (!Files.exists(settings.directory())) {
            return;
        }
        try (var files = Files.walk(settings.directory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The broker stays root by name but may do nothing except enter namespaces and bind low ports there. */
    ProcessIdentity startBroker() throws IOException {
        int user = settings.user().map(NodeProxySettings.User::uid).orElseGet(LinuxCalls::effectiveUser);
        var namespaces = settings.namespaces().orElseThrow();
        var command = new ArrayList<String>(List.of(
                setpriv(), "--bounding-set=-all,+sys_admin,+net_bind_service", "--inh-caps=-all", "--no-new-privs"));
        command.addAll(java(JvmOptions.broker(), BROKER));
        command.addAll(List.of(settings.brokerSocket().toString(), namespaces.toString(), Integer.toString(user)));
        return start(command, "broker.log");
    }

    /** Returns when the broker listens; it hangs up at once on anybody but the proxy. */
    void askBroker() throws IOException {
        PacketSocket.connect(settings.brokerSocket()).close();
    }

    /** The proxy has no capability, no group and no way to get one. */
    ProcessIdentity startProxy(int generation) throws IOException {
        var command = new ArrayList<String>();
        if (settings.user().isPresent()) {
            var user = settings.user().get();
            command.addAll(List.of(
                    setpriv(),
                    "--reuid=" + user.uid(),
                    "--regid=" + user.gid(),
                    "--clear-groups",
                    "--bounding-set=-all",
                    "--inh-caps=-all",
                    "--no-new-privs"));
        }
        command.addAll(java(JvmOptions.proxy(), MAIN));
        command.add(settings.configurationFile().toString());
        command.add(settings.controlSocket(generation).toString());
        if (settings.namespaces().isPresent()) {
            command.add(settings.brokerSocket().toString());
        }
        return start(command, "proxy.log");
    }

    private List<String> java(List<String> options, String main) throws IOException {
        List<Path> classPath = settings.user().isPresent()
                ? new ReadableClassPath(settings.directory().resolve("lib")).of(settings.classPath())
                : settings.classPath();
        var command = new ArrayList<String>();
        command.add(settings.java().toString());
        command.addAll(options);
        command.addAll(settings.jvmOptions());
        command.add("-cp");
        command.add(classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        command.add(main);
        return command;
    }

    private ProcessIdentity start(List<String> command, String log) throws IOException {
        try (var nothing = LinuxCalls.openForReading(Path.of("/dev/null"));
                var input = LinuxCalls.duplicateHigh(nothing);
                var file = LinuxCalls.openForAppending(settings.directory().resolve(log), 0600);
                var output = LinuxCalls.duplicateHigh(file);
                var errors = LinuxCalls.duplicateHigh(file)) {
            long pid = Spawn.start(command, ENVIRONMENT, List.of(input, output, errors));
            Optional<ProcessIdentity> identity = ProcessIdentity.of(pid);
            if (identity.isEmpty()) {
                LinuxCalls.reap(pid);
                throw new IOException(
                        "'" + command.get(0) + "' ended at once, see " + log + " in " + settings.directory());
            }
            shelter(pid);
            return identity.get();
        }
    }

    /** A process that stays where it was started works too; the service manager then ends it with the agent's service. */
    private void shelter(long pid) {
        try {
            settings.shelter().take(pid);
        } catch (IOException refused) {
            LOG.log(Level.WARNING, "process stays in the agent's control group pid=" + pid + " reason=" + refused);
        }
    }

    private static String setpriv() throws IOException {
        for (Path candidate : SETPRIV) {
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        throw new IOException("setpriv is missing: install util-linux, the proxy must not run with the agent's rights");
    }
}
