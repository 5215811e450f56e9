package dev.steppe.client.vault;

import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.file.FilesOfTasks;
import dev.steppe.client.settings.VaultSettings;
import dev.steppe.client.template.SecretReader;
import dev.steppe.io.Loop;
import dev.steppe.io.TaskScope;
import dev.steppe.language.template.Query;
import dev.steppe.language.template.TemplateData.Answer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Gives tasks with a {@code vault} block a token with their policies, and their templates what it may read. A token lives
 * as long as its task and is taken back at its end.
 */
public final class VaultHook implements TaskHook, SecretReader, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(VaultHook.class.getName());

    private final Loop loop;
    private final FilesOfTasks files;
    private final VaultSettings settings;
    private final Optional<VaultClient> client;
    private final TaskScope scope = new TaskScope("vault");
    private final ConcurrentHashMap<Key, Live> live = new ConcurrentHashMap<>();

    private record Key(String allocation, String task) {
        static Key of(TaskSite site) {
            return new Key(
                    site.surroundings().allocation().id().value(), site.task().name());
        }
    }

    /** A task's token, which an adopted task has only after a while, and the thread that keeps it alive. */
    private record Live(CompletableFuture<TaskToken> token, CompletableFuture<Thread> keeper) {
        Live() {
            this(new CompletableFuture<>(), new CompletableFuture<>());
        }
    }

    public VaultHook(Loop loop, FilesOfTasks files, VaultSettings settings) throws IOException {
        this.loop = loop;
        this.files = files;
        this.settings = settings;
        this.client = settings.enabled() ? Optional.of(new VaultClient(settings)) : Optional.empty();
    }

    @Override
    public String name() {
        return "vault";
    }

    @Override
    public Prepared prepare(TaskSite site) throws Failure, InterruptedException {
        if (site.task().vault().isEmpty()) {
            return Prepared.once();
        }
        var vault = client.orElseThrow(() -> new Failure(
                "Vault",
                "the task has a vault block, and this node knows no Vault: name one in its configuration with vault {"
                        + " enabled = true address = \"https://...\" token = \"...\" }",
                false));
        var there = live.get(Key.of(site));
        try {
            var token = there == null ? begin(site, TaskToken.made(vault, site, files.of(site))) : token(there);
            return new Prepared(false, new TreeMap<>(token.environment()));
        } catch (IOException failed) {
            throw TaskToken.failure(failed);
        }
    }

    private static TaskToken token(Live there) throws IOException, InterruptedException {
        try {
            return there.token().get();
        } catch (ExecutionException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private TaskToken begin(TaskSite site, TaskToken token) {
        var begun = live.computeIfAbsent(Key.of(site), key -> new Live());
        begun.token().complete(token);
        begun.keeper().complete(scope.startVirtual("keep-" + site.task().name(), token::keep));
        return token;
    }

    /** A task found running has the token of an earlier agent. */
    @Override
    public void running(TaskSite site) {
        var key = Key.of(site);
        if (site.task().vault().isEmpty() || client.isEmpty() || live.containsKey(key)) {
            return;
        }
        var adopting = new Live();
        if (live.putIfAbsent(key, adopting) == null) {
            scope.startVirtual("adopt-" + site.task().name(), () -> adopt(site));
        }
    }

    private void adopt(TaskSite site) {
        long pauseMillis = 250;
        while (!scope.isClosed() && live.containsKey(Key.of(site))) {
            try {
                begin(site, TaskToken.adopted(client.orElseThrow(), site, files.of(site)));
                return;
            } catch (IOException | Failure failed) {
                LOG.log(Level.WARNING, "the token of a running task is not known yet: " + failed.getMessage());
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(pauseMillis).toNanos());
            pauseMillis = Math.min(pauseMillis * 2, 60_000);
        }
    }

    @Override
    public void release(TaskSite site) throws InterruptedException {
        var ended = live.remove(Key.of(site));
        if (ended == null || !ended.token().isDone()) {
            return;
        }
        ended.keeper().thenAccept(Thread::interrupt);
        try {
            token(ended).revoke();
        } catch (IOException none) {
            LOG.log(Level.DEBUG, "there was no token to revoke", none);
        }
    }

    @Override
    public DataReader.Watch watch(TaskSite site, Query.Secret query, Consumer<Answer> listener) {
        var key = Key.of(site);
        if (client.isEmpty() || site.task().vault().isEmpty()) {
            var why = "the task needs a vault block to read secrets, and its node a Vault";
            loop.execute(() -> listener.accept(new Answer.Refused(why)));
            return () -> {};
        }
        var entry = live.computeIfAbsent(key, first -> new Live());
        var watch = new SecretWatch(
                client.get(),
                entry.token(),
                query,
                settings.readEvery(),
                answer -> loop.execute(() -> listener.accept(answer)));
        var thread = scope.startVirtual("secret-" + site.task().name(), watch::run);
        return () -> {
            watch.close();
            thread.interrupt();
        };
    }

    @Override
    public void close() {
        scope.close();
        client.ifPresent(VaultClient::close);
    }
}
