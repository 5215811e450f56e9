package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AllocationId;
import dev.steppe.model.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
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
            var edit = new PersistentMap.Edit();
            for (int step = 0; step < 5_000; step++) {
                int key = random.nextInt(2_000);
                boolean growing = step % 2_000 < 1_200;
                if (random.nextInt(10) < (growing ? 8 : 2)) {
                    map = random.nextBoolean() ? map.put(key, "v" + step) : map.put(key, "v" + step, edit);
                    expected.put(key, "v" + step);
                } else {
                    map = map.remove(key);
                    expected.remove(key);
                }
                if (step == 2_500) {
                    kept = map;
                    edit = new PersistentMap.Edit();
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

    @Test
    void what_differs_between_two_maps_is_told_exactly_and_in_order() {
        for (long seed = 0; seed < 30; seed++) {
            var random = new Random(seed);
            var map = PersistentMap.<Integer, String>empty();
            var before = map;
            var edit = new PersistentMap.Edit();
            for (int step = 0; step < 3_000; step++) {
                int key = random.nextInt(3_000);
                boolean growing = step % 1_500 < 1_000;
                map = random.nextInt(10) < (growing ? 8 : 2) ? map.put(key, "v" + step, edit) : map.remove(key);
                if (random.nextInt(100) == 0) {
                    assertThat(told(before, map)).isEqualTo(expected(before, map));
                    assertThat(told(map, before)).isEqualTo(expected(map, before));
                    before = random.nextInt(5) == 0 ? PersistentMap.empty() : map;
                    edit = new PersistentMap.Edit();
                }
            }
        }
    }

    @Test
    void ids_are_found_whatever_form_they_have() {
        for (long seed = 0; seed < 10; seed++) {
            var random = new Random(seed);
            var expected = new TreeMap<AllocationId, Integer>();
            var map = PersistentMap.<AllocationId, Integer>empty();
            var known = new ArrayList<AllocationId>();
            for (int step = 0; step < 4_000; step++) {
                boolean again = !known.isEmpty() && random.nextInt(3) == 0;
                var id = again ? known.get(random.nextInt(known.size())) : id(random);
                known.add(id);
                if (random.nextInt(10) < (step < 2_500 ? 8 : 3)) {
                    map = map.put(id, step);
                    expected.put(id, step);
                } else {
                    map = map.remove(id);
                    expected.remove(id);
                }
            }
            assertThat(map).containsExactlyElementsOf(expected.values());
            for (AllocationId id : known) {
                assertThat(map.get(id)).isEqualTo(Optional.ofNullable(expected.get(id)));
            }
        }
    }

    private static AllocationId id(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> new AllocationId("web-" + random.nextInt(500));
            case 1 -> new AllocationId("\u00e9\u4e00" + random.nextInt(100));
            default -> new AllocationId(Ids.random(random));
        };
    }

    private static List<String> told(PersistentMap<Integer, String> before, PersistentMap<Integer, String> after) {
        var told = new ArrayList<String>();
        after.since(before, (key, old, now) -> told.add(key + " " + old + " " + now));
        return told;
    }

    private static List<String> expected(PersistentMap<Integer, String> before, PersistentMap<Integer, String> after) {
        var keys = new TreeSet<Integer>();
        before.forEach((key, value) -> keys.add(key));
        after.forEach((key, value) -> keys.add(key));
        return keys.stream()
                .filter(key -> !before.get(key).equals(after.get(key)))
                .map(key -> key + " " + before.get(key) + " " + after.get(key))
                .toList();
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
