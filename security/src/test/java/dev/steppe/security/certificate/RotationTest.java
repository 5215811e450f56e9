package dev.steppe.security.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.security.certificate.Rotation.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Proves that a certificate is renewed well within its life, whatever the jitter. */
class RotationTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant END = START.plus(Duration.ofHours(100));

    @Test
    void renewal_is_between_60_and_90_percent_of_life_for_every_jitter() {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 1000; i++) {
            Instant at = Rotation.renewAt(START, END, random.nextDouble());
            assertThat(at).isBetween(START.plus(Duration.ofHours(60)), START.plus(Duration.ofHours(90)));
        }
        assertThat(Rotation.renewAt(START, END, 0)).isEqualTo(START.plus(Duration.ofHours(60)));
    }

    @Test
    void a_certificate_is_kept_then_renewed_then_expired() {
        Instant renewAt = START.plus(Duration.ofHours(75));
        assertThat(Rotation.decide(START, END, START.minusSeconds(5), 0.5)).isEqualTo(new Decision.Keep(renewAt));
        assertThat(Rotation.decide(START, END, renewAt.minusMillis(1), 0.5)).isEqualTo(new Decision.Keep(renewAt));
        assertThat(Rotation.decide(START, END, renewAt, 0.5)).isEqualTo(new Decision.Renew());
        assertThat(Rotation.decide(START, END, END.minusMillis(1), 0.5)).isEqualTo(new Decision.Renew());
        assertThat(Rotation.decide(START, END, END, 0.5)).isEqualTo(new Decision.Expired());
    }

    @Test
    void pauses_double_up_to_half_a_minute() {
        assertThat(Rotation.backoff(1, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(Rotation.backoff(4, 0)).isEqualTo(Duration.ofSeconds(8));
        assertThat(Rotation.backoff(1_000_000, 0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(Rotation.backoff(4, 0.999)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5));
        assertThatThrownBy(() -> Rotation.backoff(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_jitter_out_of_range_is_an_error() {
        assertThatThrownBy(() -> Rotation.renewAt(START, END, 1)).hasMessageContaining("jitter");
        assertThatThrownBy(() -> Rotation.renewAt(START, END, Double.NaN)).hasMessageContaining("jitter");
        assertThat(Rotation.afterRootChange(START, 0.5)).isEqualTo(START.plusSeconds(15));
    }
}
