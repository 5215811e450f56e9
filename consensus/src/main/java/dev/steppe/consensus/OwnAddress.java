package dev.steppe.consensus;

import dev.steppe.io.DurableFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gives a member that is the only one another address than its log has, or its first. The engine believes the first
 * address it reads for a name, also in an old entry: so the log is replaced by a snapshot before anybody else reads it.
 */
final class OwnAddress {
    private static final System.Logger LOG = System.getLogger(OwnAddress.class.getName());
    private static final long PATIENCE_SECONDS = 120;

    private OwnAddress() {}

    static void settle(ConsensusOptions options, ReplicatedMachine machine) throws IOException {
        var self = options.self();
        var group = RatisConsensus.groupDirectory(options.directory());
        var known = EngineMembers.onDisk(group);
        boolean alone = known.isPresent()
                && known.get().all().size() == 1
                && known.get().contains(self.id());
        if (!alone || self.address().isEmpty() || known.get().equals(Members.of(self))) {
            return;
        }
        LOG.log(
                Level.INFO,
                "giving the log an address member=" + self.id() + " address="
                        + self.address().get());
        replaceLogBySnapshot(options, machine);
        removeLog(group.resolve("current"));
        LostQuorum.recover(options.directory(), Members.of(self));
    }

    private static void replaceLogBySnapshot(ConsensusOptions options, ReplicatedMachine machine) throws IOException {
        var alone =
                ConsensusOptions.alone(options.directory(), options.self().id()).withLimits(options.limits());
        try (var consensus = RatisConsensus.start(alone, machine)) {
            var leads = new CompletableFuture<Boolean>();
            consensus.onLeadership(part -> {
                switch (part) {
                    case Leadership.Leading leading -> leads.complete(true);
                    case Leadership.Stopped stopped -> leads.completeExceptionally(new IOException(stopped.reason()));
                    case Leadership.Following following -> {}
                }
            });
            var outcome = new CompletableFuture<Consensus.SnapshotOutcome>();
            leads.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            consensus.snapshot(outcome::complete);
            if (outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS) instanceof Consensus.SnapshotOutcome.Failed failed) {
                throw new IOException(
                        "the log in " + options.directory() + " cannot be given an address: " + failed.reason());
            }
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("the log in " + options.directory() + " cannot be given an address", failure);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while the log was given an address", stopping);
        }
    }

    private static void removeLog(Path current) throws IOException {
        try (var files = Files.newDirectoryStream(current, "log_*")) {
            for (var file : files) {
                Files.delete(file);
            }
        }
        DurableFile.forceDirectory(current);
    }
}
