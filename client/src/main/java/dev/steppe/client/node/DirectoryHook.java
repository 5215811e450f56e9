package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.AllocationUsers;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.UserPolicy;
import dev.steppe.io.linux.Account;
import dev.steppe.model.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.function.Function;

/** Gives an allocation its directories, each task's owned by the user it will run as. */
public final class DirectoryHook implements AllocationHook {
    private final Path root;
    private final Function<String, DriverFiles> files;
    private final AllocationUsers users;

    /** How a driver's tasks see and own their files. */
    public record DriverFiles(UserPolicy users, AllocationDirectory.Access access) {}

    /** {@code files} is asked by driver name. */
    public DirectoryHook(Path root, Function<String, DriverFiles> files, AllocationUsers users) {
        this.root = root;
        this.files = files;
        this.users = users;
    }

    @Override
    public String name() {
        return "directories";
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        try {
            var directory =
                    new AllocationDirectory(root, surroundings.allocation().id());
            var own = users.claim(surroundings.allocation().id());
            for (Task task : surroundings.group().tasks()) {
                var how = files.apply(task.driver());
                var user = task.user().isEmpty() ? Optional.<String>empty() : Optional.of(task.user());
                var account = how.access() == AllocationDirectory.Access.CONTAINER
                        ? Optional.<Account>empty()
                        : how.users().account(user, task.driver(), own);
                if (account.isPresent() && account.get().uid() != 0) {
                    checkOpen(account.get());
                }
                provide(surroundings, task, directory.createTask(task.name(), account, how.access()));
            }
        } catch (IOException disk) {
            throw new HookException("directories below " + root + ": " + disk.getMessage(), disk);
        } catch (DriverException refused) {
            throw new HookException(refused.getMessage(), refused);
        }
    }

    /** A task whose user cannot get to its directory would fail in ways nobody understands. */
    private void checkOpen(Account user) throws IOException, HookException {
        for (Path at = root.toAbsolutePath().getParent(); at != null; at = at.getParent()) {
            if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                throw new HookException("user " + (user.name().isEmpty() ? user.uid() : "\"" + user.name() + "\"")
                        + " cannot get to its task's directory, since " + at + " is closed to others; run: chmod o+x "
                        + at + ", or choose another data directory");
            }
        }
    }

    @Override
    public void adopt(Surroundings surroundings) throws HookException {
        var directory = new AllocationDirectory(root, surroundings.allocation().id());
        if (!Files.isDirectory(directory.path())) {
            throw new HookException("the directory " + directory.path() + " is gone");
        }
        for (Task task : surroundings.group().tasks()) {
            provide(surroundings, task, directory.task(task.name()));
        }
    }

    private static void provide(Surroundings surroundings, Task task, TaskDirectories made) {
        surroundings.directories(task.name(), task.logConfig().disabled() ? made.withoutOutput() : made);
    }

    @Override
    public void release(Surroundings surroundings) throws HookException {
        try {
            new AllocationDirectory(root, surroundings.allocation().id()).unmount();
        } catch (IOException busy) {
            throw new HookException("unmounting below " + root + ": " + busy.getMessage(), busy);
        }
    }

    @Override
    public void forget(Surroundings surroundings) throws HookException {
        try {
            new AllocationDirectory(root, surroundings.allocation().id()).destroy();
        } catch (IOException disk) {
            throw new HookException("removing below " + root + ": " + disk.getMessage(), disk);
        }
    }
}
