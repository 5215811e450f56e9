package dev.steppe.client.node;

import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.file.FilesOfTasks;
import dev.steppe.client.file.TaskFiles;
import java.io.IOException;
import java.util.Optional;

/** Writes the payload of a dispatched job where its task wants to read it, for the user of the task only. */
public final class PayloadHook implements TaskHook {
    private static final String FAILED = "Setup Failure";
    private static final int OWNER_ONLY = 0600;

    private final FilesOfTasks files;

    public PayloadHook(FilesOfTasks files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "payload";
    }

    @Override
    public Prepared prepare(TaskSite site) throws Failure {
        var wanted = site.task().dispatchPayload().filter(it -> !it.file().isEmpty());
        var payload = site.surroundings().origin().givenPayload();
        if (wanted.isEmpty() || payload.length == 0) {
            return Prepared.once();
        }
        var taskFiles = files.of(site);
        try {
            var place = taskFiles.place("local/" + wanted.get().file());
            taskFiles.write(
                    place,
                    out -> out.write(payload),
                    new TaskFiles.Ownership(OWNER_ONLY, Optional.empty(), Optional.empty()));
            return Prepared.once();
        } catch (TaskFiles.OutsideException outside) {
            throw new Failure(FAILED, "dispatch_payload: " + outside.getMessage(), false, outside);
        } catch (IOException disk) {
            throw new Failure(FAILED, "dispatch_payload: " + disk.getMessage(), true, disk);
        }
    }
}
