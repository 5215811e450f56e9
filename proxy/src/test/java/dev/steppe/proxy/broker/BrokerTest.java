package dev.steppe.proxy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.sockets.TcpSockets;
import dev.steppe.proxy.broker.BrokerRequest.Operation;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that the broker keeps listeners by key and refuses everything that is not exactly a request. */
class BrokerTest {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    @TempDir
    private Path directory;

    private static byte[] listen(String key, String namespace, int port) {
        return new BrokerRequest(Operation.LISTEN, key, namespace, LOOPBACK, port, 16).encode();
    }

    @Test
    void a_listener_is_kept_until_released_or_swept() throws Exception {
        assumeTrue(LinuxCalls.isLinux(), "descriptors are a matter of Linux here");
        try (var broker = new Broker(directory)) {
            var first = broker.answer(listen("one", "", 0), OptionalInt.empty());
            assertThat(first.answer()).isEqualTo(BrokerAnswer.DONE);
            assertThat(broker.answer(listen("one", "", 0), OptionalInt.empty()).descriptor())
                    .isEqualTo(first.descriptor());
            broker.answer(listen("two", "", 0), OptionalInt.empty());
            assertThat(broker.listenerCount()).isEqualTo(2);

            ask(broker, Operation.BEGIN, "");
            broker.answer(listen("two", "", 0), OptionalInt.empty());
            ask(broker, Operation.SWEEP, "");
            assertThat(broker.listenerCount()).isEqualTo(1);
            ask(broker, Operation.RELEASE, "two");
            assertThat(broker.listenerCount()).isZero();
        }
    }

    private static BrokerAnswer ask(Broker broker, Operation operation, String key) {
        return broker.answer(new BrokerRequest(operation, key, "", new byte[0], 0, 0).encode(), OptionalInt.empty())
                .answer();
    }

    @Test
    void a_descriptor_can_be_handed_back() throws Exception {
        assumeTrue(LinuxCalls.isLinux(), "descriptors are a matter of Linux here");
        int descriptor = TcpSockets.unconnected(java.net.InetAddress.getByAddress(LOOPBACK));
        try (var broker = new Broker(directory)) {
            var request = new BrokerRequest(Operation.ADOPT, "key", "", LOOPBACK, 80, 16).encode();
            assertThat(broker.answer(request, OptionalInt.of(descriptor)).answer())
                    .isEqualTo(BrokerAnswer.DONE);
            assertThat(broker.answer(listen("key", "", 80), OptionalInt.empty()).descriptor())
                    .hasValue(descriptor);
            assertThat(ask(broker, Operation.ADOPT, "other").error()).isEqualTo(BrokerAnswer.REFUSED);
        }
    }

    @Test
    void paths_in_place_of_names_and_other_bytes_are_refused() throws Exception {
        assumeTrue(LinuxCalls.isLinux(), "descriptors are a matter of Linux here");
        try (var broker = new Broker(directory)) {
            for (String name : new String[] {"../../proc/1/ns/net", "/proc/1/ns/net", "..", ".x"}) {
                var answer = broker.answer(listen("key", name, 0), OptionalInt.empty())
                        .answer();
                assertThat(answer.error()).as(name).isEqualTo(BrokerAnswer.REFUSED);
                assertThat(answer.text()).contains("not a name of a namespace");
            }
            var missing = broker.answer(listen("key", "missing", 0), OptionalInt.empty())
                    .answer();
            assertThat(missing.error()).isEqualTo(2);
            var random = new Random(1);
            for (int i = 0; i < 2_000; i++) {
                var noise = new byte[i % 2 == 0 ? BrokerRequest.BYTES : random.nextInt(400)];
                random.nextBytes(noise);
                assertThat(broker.answer(noise, OptionalInt.empty()).answer().error())
                        .isNotZero();
            }
            assertThat(broker.listenerCount()).isZero();
        }
        assertThatThrownBy(() -> BrokerRequest.decode(new byte[BrokerRequest.BYTES]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
