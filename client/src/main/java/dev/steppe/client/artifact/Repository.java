package dev.steppe.client.artifact;

import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import dev.steppe.model.RepositorySource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Has the machine's git fetch one commit and write its files as an archive. It runs without privileges, as the task's user
 * where the agent is root, in a directory of its own; the archive goes through a descriptor of the agent, so that nothing
 * the fetching program could have swapped is opened by path. Secrets go by its environment, which others cannot read.
 */
final class Repository {
    /** Attributes of the repository itself must not leave files out or change them. */
    private static final String SCRIPT = """
            set -eu
            umask 077
            [ "$LIMIT" = 0 ] || ulimit -f "$LIMIT"
            cd "$HOME"
            [ -z "${SSH_KEY:-}" ] || printf '%s\\n' "$SSH_KEY" | base64 -d >key
            unset SSH_KEY
            printf '[safe]\\n\\tdirectory = *\\n' >.gitconfig
            mkdir work
            cd work
            git init -q --bare .
            mkdir -p info
            printf '* -export-ignore -export-subst\\n' >info/attributes
            git fetch -q --depth 1 --no-tags -- "$SOURCE" "$REF"
            exec git -c tar.umask=0022 archive --format=tar FETCH_HEAD
            """;

    private static final String HELPER =
            "!f() { echo \"username=$FETCH_USER\"; echo \"password=$FETCH_PASSWORD\"; }; f";
    private static final String KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts";
    private static final int NOBODY = 65534;
    private static final int BLOCK = 512;
    private static final int SAID_MAX = 400;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final RepositorySource source;
    private final ArtifactSettings settings;
    private final Optional<Account> account;
    private final StopWatch stop;

    Repository(RepositorySource source, ArtifactSettings settings, Optional<Account> account, StopWatch stop) {
        this.source = source;
        this.settings = settings;
        this.account = account;
        this.stop = stop;
    }

    /** Writes the archive; {@code headers} go to the source's host only. */
    void fetch(SortedMap<String, String> headers, boolean insecure, Path into)
            throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        allow();
        for (String program : programs()) {
            if (Tool.find(program).isEmpty()) {
                throw FetchException.failed("repositories need " + program + ", which is not installed on this node;"
                        + " install it, or name an archive of the repository");
            }
        }
        Path home = Files.createTempDirectory(
                "steppe-git-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            own(home);
            run(home, environment(headers, insecure, home), into);
        } finally {
            clear(home);
        }
    }

    private List<String> programs() {
        var programs = new ArrayList<>(List.of("git"));
        if (source.isOverSsh()) {
            programs.add("ssh");
        }
        if (LinuxCalls.isRoot()) {
            programs.add("setpriv");
            programs.addAll(source.isOverSsh() ? List.of("unshare", "mount") : List.of());
        }
        return programs;
    }

    /** Directories of the machine are read only where its operator says so. */
    private void allow() throws FetchException {
        if (!source.isLocal()) {
            return;
        }
        Path path = Path.of(source.address().getPath()).normalize();
        boolean allowed = settings.isolationExtraPaths().stream()
                .map(written ->
                        Path.of(written.substring(written.lastIndexOf(':') + 1)).normalize())
                .anyMatch(path::startsWith);
        if (!allowed) {
            throw FetchException.failed(source.shown() + " is on this node's disk, and the node does not allow it: add"
                    + " its directory to client { artifact { filesystem_isolation_extra_paths = [...] } }, or use"
                    + " git::https://");
        }
    }

    private int uid() {
        return account.map(Account::uid).filter(uid -> uid != 0).orElse(NOBODY);
    }

    private int gid() {
        return account.filter(user -> user.uid() != 0).map(Account::gid).orElse(NOBODY);
    }

    private void own(Path home) throws IOException {
        if (LinuxCalls.isRoot()) {
            Files.setAttribute(home, "unix:uid", uid());
            Files.setAttribute(home, "unix:gid", gid());
        }
    }

    /** The words before a program that runs as whom it should. */
    private List<String> unprivileged() {
        return LinuxCalls.isRoot()
                ? List.of(
                        Tool.find("setpriv").orElseThrow().toString(),
                        "--reuid=" + uid(),
                        "--regid=" + gid(),
                        "--clear-groups",
                        "--no-new-privs",
                        "--pdeathsig=KILL")
                : List.of();
    }

    /** ssh insists on an account of the machine, and users of allocations are none: it is shown one of its own. */
    private static List<String> showing(Path accounts) {
        return List.of(
                Tool.find("unshare").orElseThrow().toString(),
                "--mount",
                "--propagation=slave",
                "/bin/sh",
                "-c",
                "mount --bind \"$0\" /etc/passwd && exec \"$@\"",
                accounts.toString());
    }

    private Optional<Path> accounts(Path home) throws IOException {
        if (!LinuxCalls.isRoot() || !source.isOverSsh()) {
            return Optional.empty();
        }
        Path accounts = Files.createTempFile("steppe-accounts-", "");
        Files.writeString(
                accounts,
                Files.readString(Path.of("/etc/passwd")).stripTrailing() + "\nsteppe-fetch:x:" + uid() + ":" + gid()
                        + "::" + home + ":/bin/false\n");
        Files.setPosixFilePermissions(accounts, PosixFilePermissions.fromString("rw-r--r--"));
        return Optional.of(accounts);
    }

    /** Keys of hosts are those that the node's operator trusts. */
    private static String ssh(Path home, boolean insecure) {
        return "ssh -F none -i " + home + "/key -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=/dev/null"
                + " -o GlobalKnownHostsFile=" + KNOWN_HOSTS + " -o ConnectTimeout=30 -o StrictHostKeyChecking="
                + (insecure ? "no" : "yes");
    }

    private SortedMap<String, String> environment(SortedMap<String, String> headers, boolean insecure, Path home) {
        var environment = new TreeMap<String, String>();
        for (String name : settings.environment()) {
            Optional.ofNullable(System.getenv(name)).ifPresent(value -> environment.put(name, value));
        }
        environment.putAll(Map.of(
                "PATH",
                "/usr/local/bin:/usr/bin:/bin",
                "LC_ALL",
                "C",
                "GIT_CONFIG_NOSYSTEM",
                "1",
                "GIT_TERMINAL_PROMPT",
                "0",
                "GIT_ALLOW_PROTOCOL",
                source.isLocal() ? "file" : source.isOverSsh() ? "ssh" : "http:https",
                "SOURCE",
                source.address().toString(),
                "REF",
                source.ref(),
                "LIMIT",
                Long.toString(settings.httpSizeMax() / BLOCK)));
        source.sshKey().ifPresent(key -> {
            environment.put("SSH_KEY", key);
            environment.put("GIT_SSH_COMMAND", ssh(home, insecure));
        });
        var configuration = new ArrayList<Map.Entry<String, String>>();
        String host = source.address().getScheme() + "://" + source.address().getRawAuthority();
        source.credentials().ifPresent(pair -> {
            var parts = pair.split(":", 2);
            environment.put("FETCH_USER", parts[0]);
            environment.put("FETCH_PASSWORD", parts.length > 1 ? parts[1] : "");
            configuration.add(Map.entry("credential." + host + ".helper", HELPER));
        });
        headers.forEach(
                (name, value) -> configuration.add(Map.entry("http." + host + ".extraHeader", name + ": " + value)));
        if (insecure) {
            configuration.add(Map.entry("http.sslVerify", "false"));
        }
        environment.put("GIT_CONFIG_COUNT", Integer.toString(configuration.size()));
        for (int i = 0; i < configuration.size(); i++) {
            environment.put("GIT_CONFIG_KEY_" + i, configuration.get(i).getKey());
            environment.put("GIT_CONFIG_VALUE_" + i, configuration.get(i).getValue());
        }
        return environment;
    }

    private void run(Path home, SortedMap<String, String> environment, Path into)
            throws FetchException, IOException, StopWatch.StoppedException, InterruptedException {
        Path said = into.resolveSibling(into.getFileName() + ".said");
        var accounts = accounts(home);
        var words = new ArrayList<>(accounts.map(Repository::showing).orElse(List.of()));
        words.addAll(unprivileged());
        words.addAll(List.of("/bin/sh", "-c", SCRIPT));
        var builder = new ProcessBuilder(words)
                .directory(home.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(into.toFile())
                .redirectError(said.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("HOME", home.toString());
        try {
            var process = builder.start();
            try {
                await(process);
            } finally {
                end(process);
            }
            if (process.exitValue() != 0) {
                throw FetchException.failed("git could not fetch " + source.shown() + " at " + source.ref() + ": "
                        + told(Files.readString(said, StandardCharsets.UTF_8), process.exitValue()));
            }
        } finally {
            Files.deleteIfExists(said);
            if (accounts.isPresent()) {
                Files.deleteIfExists(accounts.get());
            }
        }
    }

    private void await(Process process) throws FetchException, StopWatch.StoppedException, InterruptedException {
        long begun = System.nanoTime();
        while (!process.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            stop.check();
            boolean late = !settings.gitTimeout().isZero()
                    && System.nanoTime() - begun > settings.gitTimeout().toNanos();
            if (late) {
                throw FetchException.failed("fetching " + source.shown() + " took longer than "
                        + settings.gitTimeout().toSeconds() + " s (client.artifact.git_timeout)");
            }
        }
    }

    private static void end(Process process) throws InterruptedException {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private String told(String text, int status) {
        String said = text.strip()
                .replaceAll("\\s*\\n\\s*", "; ")
                .replace(source.address().toString(), source.shown());
        if (said.isEmpty()) {
            return "status " + status + ", perhaps larger than " + settings.httpSizeMax()
                    + " bytes (client.artifact.http_max_size)";
        }
        if (said.contains("Host key verification failed")) {
            return "the host's key is not among those in " + KNOWN_HOSTS + " of the node; add it there";
        }
        return said.length() > SAID_MAX ? said.substring(said.length() - SAID_MAX) : said;
    }

    /** What the program left is removed with its own rights: what it made must not lead the agent elsewhere. */
    private void clear(Path home) throws IOException, InterruptedException {
        var words = new ArrayList<>(unprivileged());
        words.addAll(List.of(
                "/bin/rm",
                "-rf",
                "--",
                home.resolve("work").toString(),
                home.resolve("key").toString(),
                home.resolve(".gitconfig").toString()));
        var process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();
        Files.deleteIfExists(home);
    }
}
