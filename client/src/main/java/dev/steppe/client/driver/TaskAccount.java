package dev.steppe.client.driver;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread.Bind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who a task is for its programs: the variables a login sets, and, since the users of allocations have no account on the
 * machine, entries of the task's own view of {@code /etc/passwd} and {@code /etc/group}.
 *
 * @param runsAs the account the task becomes; empty when that is the agent's own
 * @param shared the allocation's own user, whose group all its tasks have
 */
record TaskAccount(Optional<Account> runsAs, Optional<Account> shared) {
    private static final String SHELL = "/bin/sh";
    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final Path GROUP = Path.of("/etc/group");

    static TaskAccount of(TaskContext task, Optional<Account> runsAs) throws IOException {
        return new TaskAccount(runsAs, AllocationDirectory.ownerOf(task.directories()));
    }

    /** The environment with HOME, USER and LOGNAME where the task does not set them itself. */
    SortedMap<String, String> environment(SortedMap<String, String> given) throws IOException {
        var account = runsAs.isPresent() ? runsAs.get() : agents();
        var complete = new TreeMap<>(given);
        complete.putIfAbsent("HOME", home(account, given));
        complete.putIfAbsent("USER", name(account));
        complete.putIfAbsent("LOGNAME", name(account));
        return complete;
    }

    private static Account agents() throws IOException {
        return Account.find(Integer.toString(LinuxCalls.effectiveUser())).orElseThrow();
    }

    private static String home(Account account, SortedMap<String, String> given) {
        return account.name().isEmpty()
                ? given.getOrDefault("NOMAD_TASK_DIR", "/")
                : account.home().toString();
    }

    private static String name(Account account) {
        return account.name().isEmpty() ? "steppe-" + account.uid() : account.name();
    }

    /** Files to show in the task's view instead of the machine's, made in the directory. None when it knows the users. */
    List<Bind> files(Path directory, SortedMap<String, String> given) throws IOException {
        var nameless = new ArrayList<Account>();
        runsAs.filter(account -> account.name().isEmpty()).ifPresent(nameless::add);
        shared.filter(account -> !nameless.contains(account)).ifPresent(nameless::add);
        if (nameless.isEmpty() || !Files.isReadable(PASSWD) || !Files.isReadable(GROUP)) {
            return List.of();
        }
        var users = new ArrayList<>(Files.readAllLines(PASSWD));
        var groups = new ArrayList<>(Files.readAllLines(GROUP));
        for (Account account : nameless) {
            var name = name(account);
            users.add(String.join(
                    ":",
                    name,
                    "x",
                    Integer.toString(account.uid()),
                    Integer.toString(account.gid()),
                    "",
                    home(account, given).replace(':', '_'),
                    SHELL));
            groups.add(String.join(":", name, "x", Integer.toString(account.gid()), ""));
        }
        Files.createDirectories(directory);
        return List.of(
                new Bind(Files.write(directory.resolve("passwd"), users), PASSWD),
                new Bind(Files.write(directory.resolve("group"), groups), GROUP));
    }
}
