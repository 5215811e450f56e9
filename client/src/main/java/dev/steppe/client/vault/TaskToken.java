package dev.steppe.client.vault;

import dev.steppe.client.allocation.TaskControl;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.file.TaskFiles;
import dev.steppe.model.Vault;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The token of one task while it lives: made with the policies of its {@code vault} block, renewed in time, and replaced
 * when it cannot be renewed any more. Its methods are called by one thread at a time, {@link #current} by any.
 */
final class TaskToken {
    private static final System.Logger LOG = System.getLogger(TaskToken.class.getName());
    private static final String FILE = "secrets/vault_token";
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration RETRY_MAX = Duration.ofMinutes(1);
    private static final int OWNER_AND_GROUP = 0640;
    /** Who names no policy gets what everybody has: a token without any would have all that the node's has. */
    private static final List<String> LEAST = List.of("default");

    private final VaultClient client;
    private final TaskSite site;
    private final Vault wish;
    private final TaskFiles files;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile VaultClient.Token token;

    private TaskToken(VaultClient client, TaskSite site, Vault wish, TaskFiles files, VaultClient.Token token) {
        this.client = client;
        this.site = site;
        this.wish = wish;
        this.files = files;
        this.token = token;
    }

    /** Makes a token for a task that is to start. */
    static TaskToken made(VaultClient client, TaskSite site, TaskFiles files) throws IOException, InterruptedException {
        var wish = site.task().vault().orElseThrow();
        var made = new TaskToken(client, site, wish, files, make(client, site, wish));
        made.write();
        return made;
    }

    /** Goes on with the token that an earlier agent made for a running task; replaces one that is no good any more. */
    static TaskToken adopted(VaultClient client, TaskSite site, TaskFiles files)
            throws IOException, InterruptedException {
        var wish = site.task().vault().orElseThrow();
        var kept = kept(files);
        if (kept.isEmpty()) {
            return new TaskToken(client, site, wish, files, make(client, site, wish));
        }
        var adopted = new TaskToken(client, site, wish, files, new VaultClient.Token(kept.get(), Duration.ZERO));
        adopted.renewOrReplace();
        return adopted;
    }

    private static Optional<String> kept(TaskFiles files) throws IOException {
        try {
            var place = files.place(FILE);
            return files.exists(place) ? Optional.of(files.read(place).strip()) : Optional.empty();
        } catch (TaskFiles.OutsideException impossible) {
            throw new IOException(impossible);
        }
    }

    private static VaultClient.Token make(VaultClient client, TaskSite site, Vault wish)
            throws IOException, InterruptedException {
        var allocation = site.surroundings().allocation();
        var about = new TreeMap<>(Map.of(
                "AllocationID", allocation.id().value(),
                "JobID", site.surroundings().job().id().value(),
                "Namespace", site.surroundings().job().namespace(),
                "TaskGroup", allocation.taskGroup(),
                "Task", site.task().name()));
        return client.make(wish.policies().isEmpty() ? LEAST : wish.policies(), about);
    }

    VaultClient.Token current() {
        return token;
    }

    /** What the program is told. */
    Map<String, String> environment() {
        var variables = new TreeMap<String, String>();
        if (wish.environment()) {
            variables.put("VAULT_TOKEN", token.id());
            client.namespace().ifPresent(namespace -> variables.put("VAULT_NAMESPACE", namespace));
        }
        return variables;
    }

    /** Keeps it alive until the thread is interrupted. */
    void keep() {
        var pause = RETRY;
        try {
            while (!wish.allowTokenExpiration() && !token.life().isZero()) {
                if (ended.await(token.life().dividedBy(2).toMillis() + 1, TimeUnit.MILLISECONDS)) {
                    return;
                }
                try {
                    renewOrReplace();
                    pause = RETRY;
                } catch (IOException unreachable) {
                    LOG.log(
                            Level.WARNING,
                            "a token cannot be renewed now allocation="
                                    + site.surroundings().allocation().id() + " task="
                                    + site.task().name() + " reason=" + unreachable.getMessage());
                    if (ended.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    pause = pause.multipliedBy(2).compareTo(RETRY_MAX) > 0 ? RETRY_MAX : pause.multipliedBy(2);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void renewOrReplace() throws IOException, InterruptedException {
        try {
            token = client.renew(token);
        } catch (VaultClient.Refused gone) {
            token = make(client, site, wish);
            write();
            replaced();
        }
    }

    private void write() throws IOException {
        if (wish.disableFile()) {
            return;
        }
        try {
            files.write(
                    files.place(FILE),
                    token.id(),
                    new TaskFiles.Ownership(OWNER_AND_GROUP, Optional.empty(), Optional.empty()));
        } catch (TaskFiles.OutsideException impossible) {
            throw new IOException(impossible);
        }
    }

    private void replaced() {
        var why = "Vault: new Vault token acquired";
        switch (wish.changeMode()) {
            case "signal" -> site.control().signal(wish.changeSignal(), why);
            case "noop" -> site.control().event("Vault", why);
            default -> site.control().restart(TaskControl.Restart.wanted(why));
        }
    }

    /** Takes it away from whoever still has it. */
    void revoke() throws InterruptedException {
        ended.countDown();
        try {
            client.revoke(token);
        } catch (IOException unreachable) {
            LOG.log(Level.INFO, "a token could not be revoked, it ends by itself reason=" + unreachable.getMessage());
        }
    }

    static TaskHook.Failure failure(IOException reason) {
        boolean recoverable = !(reason instanceof VaultClient.Refused);
        return new TaskHook.Failure("Vault", "no token for the task: " + reason.getMessage(), recoverable, reason);
    }
}
