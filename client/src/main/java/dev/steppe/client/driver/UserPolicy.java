package dev.steppe.client.driver;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.NumberRanges;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Which user a task becomes. Root only where the node's configuration of the driver allows it; without a wish the
 * allocation's own user, else the node's unprivileged default; an agent that is not root runs everything as itself and refuses other wishes.
 */
public record UserPolicy(
        boolean allowRoot, List<String> defaultUsers, NumberRanges deniedUsers, NumberRanges deniedGroups) {
    public UserPolicy {
        defaultUsers = List.copyOf(defaultUsers);
    }

    /** Without users that are denied by number. */
    public UserPolicy(boolean allowRoot, List<String> defaultUsers) {
        this(allowRoot, defaultUsers, NumberRanges.none(), NumberRanges.none());
    }

    /** The same without these users and groups. */
    public UserPolicy denying(NumberRanges users, NumberRanges groups) {
        return new UserPolicy(allowRoot, defaultUsers, users, groups);
    }

    /** Root refused; the first of these accounts that exists is the default. */
    public static UserPolicy unprivileged() {
        return new UserPolicy(false, List.of("steppe-task", "nobody", "daemon"));
    }

    /** The account the task becomes, its allocation's own unless it wishes another; empty when it stays the agent's. */
    public Optional<Account> account(Optional<String> wish, String driver, Optional<Account> own)
            throws DriverException {
        try {
            if (!LinuxCalls.isRoot()) {
                return asItself(wish);
            }
            return Optional.of(wish.isEmpty() && own.isPresent() ? own.get() : asRoot(wish, driver));
        } catch (IOException unreadable) {
            throw DriverException.failed("cannot look up users", unreadable);
        }
    }

    /** The account tasks get that name none; empty when it is the agent's own user. */
    public Optional<Account> defaultAccount() throws IOException {
        if (!LinuxCalls.isRoot()) {
            return Optional.empty();
        }
        for (String name : defaultUsers) {
            var found = Account.find(name);
            if (found.isPresent() && (allowRoot || found.get().uid() != 0)) {
                return found;
            }
        }
        return Account.find("65534");
    }

    private Account asRoot(Optional<String> wish, String driver) throws IOException, DriverException {
        if (wish.isEmpty()) {
            return defaultAccount().orElseThrow();
        }
        var account = Account.find(wish.get())
                .orElseThrow(() -> DriverException.refused("user \"" + wish.get()
                        + "\" does not exist on this node: create it, or choose another user in the task"));
        if (account.uid() == 0 && !allowRoot) {
            throw DriverException.refused("user \"" + wish.get()
                    + "\" is refused: tasks do not run as root on this node."
                    + " Name another user in the task, or allow it in the node's configuration: plugin \"" + driver
                    + "\" { config { allow_root = true } }");
        }
        for (int group : account.groups()) {
            refuseDenied(account, group, driver);
        }
        refuseDenied(account, account.gid(), driver);
        return account;
    }

    private void refuseDenied(Account account, int group, String driver) throws DriverException {
        if (deniedUsers.contains(account.uid()) || deniedGroups.contains(group)) {
            throw DriverException.refused("user \"" + account.name() + "\" (uid " + account.uid() + ", gid " + group
                    + ") is refused: the node's configuration denies it in plugin \"" + driver
                    + "\" { config { denied_host_uids, denied_host_gids } }; name another user in the task");
        }
    }

    private static Optional<Account> asItself(Optional<String> wish) throws IOException, DriverException {
        if (wish.isEmpty()) {
            return Optional.empty();
        }
        var wanted = Account.find(wish.get());
        if (wanted.isPresent() && wanted.get().uid() == LinuxCalls.effectiveUser()) {
            return Optional.empty();
        }
        throw DriverException.refused("user \"" + wish.get()
                + "\" is refused: the agent is not root and can run tasks only" + " as itself (uid "
                + LinuxCalls.effectiveUser() + "). Run the agent as root, or remove user from the task");
    }
}
