package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves the persistent map against the JDK's sorted map, on seeded random changes. */
class PersistentMapTest {
    @Test
    void it_is_a_sorted_map_under_random_changes_and_old_versions_stay_as_they_were() {
        for (long seed = 1; seed <= 20; seed++) {
            var random = new Random(seed);
            var expected = new TreeMap<Integer, String>();
            PersistentMap<Integer, String> map = PersistentMap.empty();
            PersistentMap<Integer, String> kept = map;
            var keptExpected = new TreeMap<Integer, String>();
            for (int step = 0; step < 5_000; step++) {
                int key = random.nextInt(2_000);
                boolean growing = step % 2_000 < 1_200;
                if (random.nextInt(10) < (growing ? 8 : 2)) {
                    map = map.put(key, "v" + step);
                    expected.put(key, "v" + step);
                } else {
                    map = map.remove(key);
                    expected.remove(key);
                }
                if (step == 2_500) {
                    kept = map;
                    keptExpected = new TreeMap<>(expected);
                }
            }
            check(map, expected, random);
            check(kept, keptExpected, random);
            for (int key : new ArrayList<>(expected.keySet())) {
                map = map.remove(key);
            }
            assertThat(map).isEmpty();
            assertThat(map.size()).isZero();
        }
    }

    private static void check(PersistentMap<Integer, String> map, TreeMap<Integer, String> expected, Random random) {
        assertThat(map.size()).isEqualTo(expected.size());
        assertThat(map).containsExactlyElementsOf(expected.values());
        for (int i = 0; i < 100; i++) {
            int key = random.nextInt(2_100);
            assertThat(map.get(key).orElse("none")).isEqualTo(expected.getOrDefault(key, "none"));
            assertThat(map.from(key))
                    .containsExactlyElementsOf(expected.tailMap(key, true).values());
        }
    }
}
