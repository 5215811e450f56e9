package dev.steppe.proxy.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.proxy.Limits;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Proves the choice among instances, on a clock of its own. */
class EndpointsTest {
    private static final Address ONE = new Address("192.0.2.1", 1);
    private static final Address TWO = new Address("192.0.2.2", 2);
    private final AtomicLong nanos = new AtomicLong(1);
    private final Endpoints endpoints = new Endpoints(Limits.defaults(), nanos::get);
    private final Random random = new Random(5);

    private Endpoints.Endpoint pick(Set<Address> tried) {
        return endpoints.pick(tried, random).orElseThrow();
    }

    @Test
    void the_less_busy_of_two_is_taken() {
        endpoints.update(List.of(ONE, TWO));
        var busy = pick(Set.of(TWO));
        busy.begun();
        for (int i = 0; i < 20; i++) {
            assertThat(pick(Set.of()).address()).isEqualTo(TWO);
        }
    }

    @Test
    void a_failed_endpoint_is_left_out_for_a_growing_while_and_taken_when_nothing_else_is_left() {
        endpoints.update(List.of(ONE, TWO));
        var one = pick(Set.of(TWO));
        one.failed();
        for (int i = 0; i < 20; i++) {
            assertThat(pick(Set.of()).address()).isEqualTo(TWO);
        }
        assertThat(pick(Set.of(TWO)).address()).as("better tried than failed").isEqualTo(ONE);
        nanos.addAndGet(Limits.defaults().backOffFirst().toNanos());
        makeTwoBusy();
        assertThat(pick(Set.of()).address()).isEqualTo(ONE);
        one.failed();
        nanos.addAndGet(Limits.defaults().backOffFirst().toNanos());
        assertThat(pick(Set.of()).address()).as("the second pause is longer").isEqualTo(TWO);
        one.reached();
        assertThat(pick(Set.of()).address()).isEqualTo(ONE);
    }

    private void makeTwoBusy() {
        pick(Set.of(ONE)).begun();
    }

    @Test
    void an_endpoint_that_stays_keeps_what_is_known_about_it() {
        endpoints.update(List.of(ONE));
        pick(Set.of()).failed();
        endpoints.update(List.of(ONE, TWO));
        for (int i = 0; i < 20; i++) {
            assertThat(pick(Set.of()).address()).isEqualTo(TWO);
        }
        endpoints.update(List.of());
        assertThat(endpoints.pick(Set.of(), random)).isEmpty();
    }
}
