package dev.steppe.client.node;

import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.file.FilesOfTasks;
import dev.steppe.client.file.TaskFiles;
import dev.steppe.io.linux.Account;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds the files of tasks by what their drivers say of directories and users. */
public final class NodeTaskFiles implements FilesOfTasks {
    private final Map<String, Driver> drivers;
    private final Function<String, DirectoryHook.DriverFiles> files;

    public NodeTaskFiles(Map<String, Driver> drivers, Function<String, DirectoryHook.DriverFiles> files) {
        this.drivers = drivers;
        this.files = files;
    }

    @Override
    public TaskFiles of(TaskSite site) throws TaskHook.Failure {
        String name = site.task().driver();
        var driver = Optional.ofNullable(drivers.get(name))
                .orElseThrow(() ->
                        new TaskHook.Failure("Setup Failure", "driver \"" + name + "\" is not on this node", false));
        var how = files.apply(name);
        try {
            var user = site.task().user();
            Optional<Account> account = how.access() == AllocationDirectory.Access.CONTAINER
                    ? Optional.empty()
                    : how.users()
                            .account(
                                    user.isEmpty() ? Optional.empty() : Optional.of(user),
                                    name,
                                    AllocationDirectory.ownerOf(site.directories()));
            return new TaskFiles(site.directories(), driver.view(site.directories()), account);
        } catch (IOException unreadable) {
            throw new TaskHook.Failure(
                    "Setup Failure",
                    "cannot look at the directory of the task: " + unreadable.getMessage(),
                    true,
                    unreadable);
        } catch (DriverException refused) {
            throw new TaskHook.Failure("Setup Failure", String.valueOf(refused.getMessage()), false, refused);
        }
    }
}
