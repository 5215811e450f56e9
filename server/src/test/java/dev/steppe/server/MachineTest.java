package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Intention;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.SnapshotFile;
import dev.steppe.state.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that cannot be applied is left out in the same way by every server, told in its log, and stops nothing. */
class MachineTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final List<String> told = new ArrayList<>();
    private final Logger log = Logger.getLogger(Machine.class.getName());
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord event) {
            told.add(event.getMessage());
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    @BeforeEach
    void listen() {
        log.addHandler(listener);
    }

    @AfterEach
    void listenNoMore() {
        log.removeHandler(listener);
    }

    private static byte[] good(String source) throws CodecException {
        return new Command.PutIntention(
                        Codec.fromJson(
                                Intention.class,
                                "{\"ID\":\"i\",\"SourceName\":\"" + source
                                        + "\",\"DestinationName\":\"b\",\"Action\":\"allow\"}"),
                        AT)
                .encode();
    }

    private static byte[] state(Store store) throws IOException {
        var bytes = new ByteArrayOutputStream();
        SnapshotFile.write(store.snapshot(), bytes);
        return bytes.toByteArray();
    }

    @Test
    void what_no_server_can_read_is_left_out_by_all_and_what_follows_is_applied() throws Exception {
        var commands = List.of(good("a"), new byte[] {1, 2, 3}, new byte[0], good("c"));
        var stores = List.of(new Store(), new Store(), new Store());
        var results = new ArrayList<List<Object>>();
        for (Store store : stores) {
            var machine = new Machine(store);
            var one = new ArrayList<>();
            for (int i = 0; i < commands.size(); i++) {
                one.add(machine.apply(i + 1, commands.get(i)));
            }
            results.add(one);
        }
        assertThat(results).allMatch(results.getFirst()::equals);
        assertThat(results.getFirst().get(1))
                .isInstanceOfSatisfying(
                        Store.Result.Refused.class,
                        refused -> assertThat(refused.fault()).isTrue());
        assertThat(results.getFirst().getLast()).isInstanceOf(Store.Result.Applied.class);
        for (Store store : stores) {
            assertThat(state(store)).isEqualTo(state(stores.getFirst()));
            assertThat(store.snapshot().intentions()).hasSize(2);
        }
        assertThat(told).hasSize(6).allMatch(line -> line.contains("a command of the log is left out"));
        assertThat(told.getFirst()).contains("command=2", "bytes=3", "unreadable command");
    }

    @Test
    void what_the_state_does_not_allow_is_no_fault_and_needs_no_line_in_the_log() {
        var result = new Machine(new Store()).apply(1, new Command.DeleteIntention("a", "b", AT).encode());

        assertThat(result)
                .isInstanceOfSatisfying(
                        Store.Result.Refused.class,
                        refused -> assertThat(refused.fault()).isFalse());
        assertThat(told).isEmpty();
    }
}
