package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.Refusal;
import dev.steppe.state.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateRestoreTest {
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    @Test
    void state_that_servers_could_not_hold_while_they_take_it_in_is_refused_with_the_heap_that_it_needs() {
        assertThat(StateRestore.tooLarge(512L << 20, 100L << 20, 1L << 30))
                .hasValueSatisfying(why -> assertThat(why)
                        .startsWith("nothing was restored: a state of 512 MB in the place of one of 100 MB "
                                + "needs servers with 1700 MB")
                        .contains("this one has 1024")
                        .contains("-Xmx2g"));
        assertThat(StateRestore.tooLarge(512L << 20, 100L << 20, 2L << 30)).isEmpty();
        assertThat(StateRestore.tooLarge(0, 0, 64L << 20)).isEmpty();
    }

    @Test
    void archive_that_is_refused_for_want_of_heap_leaves_no_key_and_no_part() throws Exception {
        var store = new Store();
        try (var loop = new ThreadLoop("test");
                var log = RatisConsensus.start(ConsensusOptions.alone(directory.resolve("log")), new Machine(store))) {
            var leads = new CompletableFuture<Boolean>();
            log.onLeadership(part -> {
                if (part instanceof Leadership.Leading) {
                    leads.complete(true);
                }
            });
            leads.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            var proposals = new Proposals(log, loop, store, new FormatAgreement(store));
            var keys = new RootKeyFiles(directory.resolve("keys"));
            var saved = archive();
            var refused = new CompletableFuture<Reply<Long>>();
            new StateRestore(loop, store, proposals, keys, 1).begin(saved, refused::complete);
            assertThat(refused.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            reply -> assertThat(reply.refusal().code()).isEqualTo(Refusal.Code.INVALID));
            assertThat(keys.read("root")).isEmpty();
            assertThat(store.snapshot().restoring()).isEmpty();
            var done = new CompletableFuture<Reply<Long>>();
            new StateRestore(loop, store, proposals, keys, 1L << 40).begin(saved, done::complete);
            assertThat(done.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Reply.Done.class);
            assertThat(keys.read("root")).isPresent();
        }
    }

    private SavedState archive() throws Exception {
        var key = Base64.getEncoder().encodeToString(new byte[32]);
        var file = directory.resolve("state.snap");
        try (var out = Files.newOutputStream(file)) {
            StateArchive.of(new Store().snapshot(), "global", "s1", 3, Instant.EPOCH, Map.of("root", key))
                    .write(out);
        }
        return SavedState.open(file);
    }
}
