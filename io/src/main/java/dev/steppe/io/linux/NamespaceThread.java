package dev.steppe.io.linux;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Runs work on a platform thread that first entered namespaces and is thrown away afterwards; other threads are not
 * affected. Processes started by the work and sockets opened by it belong to those namespaces.
 */
public final class NamespaceThread implements AutoCloseable {
    private final TaskScope scope = new TaskScope("namespace");

    /** Which namespaces the thread enters: a network namespace by its file, and a mount namespace of its own. */
    public record Entry(Optional<Path> networkNamespace, List<Bind> binds) {
        public Entry {
            binds = List.copyOf(binds);
        }

        /** The network namespace only. */
        public static Entry network(Path namespace) {
            return new Entry(Optional.of(namespace), List.of());
        }

        /** The agent's own namespaces. */
        public static Entry none() {
            return new Entry(Optional.empty(), List.of());
        }
    }

    /** A file or directory shown at another place inside the mount namespace only. */
    public record Bind(Path source, Path target) {}

    /** Runs the work and waits for it. What it throws is thrown here; an interrupt ends the wait. */
    public <T> T call(Entry entry, Callable<T> work) throws IOException, InterruptedException {
        var outcome = new CompletableFuture<T>();
        scope.startPlatform("work", () -> {
            try {
                enter(entry);
                outcome.complete(work.call());
            } catch (Exception | Error reason) {
                outcome.completeExceptionally(reason);
            }
        });
        try {
            return outcome.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException reason -> throw reason;
                case InterruptedException reason -> throw reason;
                case RuntimeException bug -> throw bug;
                case Error bug -> throw bug;
                case null, default -> throw new IOException(failed.getCause());
            }
        }
    }

    private static void enter(Entry entry) throws IOException {
        if (entry.networkNamespace().isPresent()) {
            LinuxCalls.enterNamespace(entry.networkNamespace().get(), LinuxCalls.CLONE_NEWNET);
        }
        if (entry.binds().isEmpty()) {
            return;
        }
        LinuxCalls.unshare(LinuxCalls.CLONE_NEWNS);
        // A slave still sees what the host unmounts, so no task pins a disk; nothing of ours travels back to the host.
        LinuxCalls.mount("none", Path.of("/"), "", LinuxCalls.MS_REC | LinuxCalls.MS_SLAVE, "");
        for (Bind bind : entry.binds()) {
            LinuxCalls.bindMount(bind.source(), bind.target().toRealPath());
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
