package dev.steppe.agent.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Proposal;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.consensus.ReplicatedMachine;
import dev.steppe.server.Machine;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server of an older version left on its disk, a snapshot and a log with commands of every kind behind it, is read by
 * this one. A new folder is added, with {@code -Dgolden.write=true}, when a form changes; none is ever changed.
 */
class OldServerTest {
    private static final Path OLD = Path.of("src/test/resources/old-servers/001");
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    /** The state as a server has it, and what it could not carry out through a fault of the program. */
    private static final class Watched implements ReplicatedMachine {
        private final Store store = new Store();
        private final Machine machine = new Machine(store);
        private final List<String> faults = new ArrayList<>();
        private int applied;
        private int restored;

        @Override
        public synchronized Object apply(long index, byte[] command) {
            applied++;
            var result = machine.apply(index, command);
            if (result instanceof Store.Result.Refused refused && refused.fault()) {
                faults.add(index + ": " + refused.reason());
            }
            return result;
        }

        @Override
        public Capture capture() {
            return machine.capture();
        }

        @Override
        public synchronized void restore(InputStream in) throws IOException {
            restored++;
            machine.restore(in);
        }
    }

    @Test
    void snapshot_and_log_of_an_older_server_give_its_state() throws Exception {
        if (Boolean.getBoolean("golden.write") && !Files.isDirectory(OLD)) {
            write(directory.resolve("new"));
            copy(directory.resolve("new"), OLD);
        }
        copy(OLD, directory.resolve("old"));
        var machine = new Watched();
        try (var log = RatisConsensus.start(ConsensusOptions.alone(directory.resolve("old")), machine)) {
            awaitLeading(log);
            assertThat(machine.restored).as("from a snapshot").isEqualTo(1);
            assertThat(machine.applied).as("commands after it").isGreaterThan(10);
            assertThat(machine.faults).isEmpty();
            Snapshot state = machine.store.snapshot();
            assertThat(state.jobs()).isNotEmpty();
            assertThat(state.nodes()).isNotEmpty();
            assertThat(state.roots()).isNotEmpty();
            assertThat(state.variables()).isNotEmpty();
            assertThat(propose(log, (Command) Samples.of(Command.PutIntention.class)))
                    .isInstanceOfSatisfying(
                            Proposal.Applied.class,
                            applied -> assertThat(applied.result()).isInstanceOf(Store.Result.Applied.class));
        }
    }

    private static void awaitLeading(Consensus log) throws Exception {
        var leads = new CompletableFuture<Boolean>();
        log.onLeadership(part -> {
            if (part instanceof Leadership.Leading) {
                leads.complete(true);
            }
        });
        leads.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static Proposal propose(Consensus log, Command command) throws Exception {
        var outcome = new CompletableFuture<Proposal>();
        log.propose(command.encode(), outcome::complete);
        return outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void write(Path to) throws Exception {
        try (var log = RatisConsensus.start(ConsensusOptions.alone(to), new Watched())) {
            awaitLeading(log);
            for (var variant : Command.class.getPermittedSubclasses()) {
                // the format of the sample is one that nobody understands
                if (variant != Command.RaiseFormat.class) {
                    propose(log, (Command) Samples.of(variant));
                }
            }
            var written = new CompletableFuture<Consensus.SnapshotOutcome>();
            log.snapshot(written::complete);
            written.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            var adding = Arrays.stream(Command.class.getPermittedSubclasses())
                    .filter(variant -> variant.getSimpleName().matches("(Put|Register|Change|Create).*"))
                    .toList();
            for (var variant : adding) {
                propose(log, (Command) Samples.of(variant));
            }
            var job = Samples.of(Command.RegisterJob.class);
            propose(log, new Command.RegisterJob(job.spec(), Optional.empty(), Optional.empty(), job.at()));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.endsWith("in_use.lock")) {
                    Files.copy(file, target);
                }
            }
        }
    }
}
