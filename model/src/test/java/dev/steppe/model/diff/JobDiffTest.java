package dev.steppe.model.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobSpec;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Scalar;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves that a difference is found exactly where there is one, in every field the model has. */
class JobDiffTest {
    private static final int JOBS = 60;
    private static final int CHANGES = 60;

    private static JobSpec job(String groups) throws CodecException {
        return Codec.fromJson(JobSpec.class, """
                {"ID":"web","Type":"service","Meta":{"team":"a"},"Datacenters":["dc1","dc2"],"TaskGroups":[%s]}
                """.formatted(groups));
    }

    private static String group(String name, int count, String task) {
        return "{\"Name\":\"%s\",\"Count\":%d,\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\"%s}]}"
                .formatted(name, count, task);
    }

    private static FieldDiff field(List<FieldDiff> fields, String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no field " + name + " in " + fields));
    }

    @Test
    void a_changed_count_an_added_group_and_a_removed_one_are_told_apart() throws CodecException {
        var before = job(group("a", 1, "") + "," + group("gone", 1, ""));
        var after = job(group("a", 3, "") + "," + group("new", 1, ""));
        var diff = JobDiff.between(Optional.of(before), after);
        assertThat(diff.type()).isEqualTo(DiffType.EDITED);
        assertThat(diff.taskGroups())
                .extracting(it -> it.name() + " " + it.type())
                .containsExactly("a EDITED", "gone DELETED", "new ADDED");
        var count = field(diff.taskGroups().getFirst().fields(), "Count");
        assertThat(count).isEqualTo(new FieldDiff(DiffType.EDITED, "Count", "1", "3", List.of()));
    }

    @Test
    void maps_lists_and_durations_read_as_people_write_them() throws CodecException {
        var before = job(group("a", 1, """
                ,"Env":{"KEEP":"1","GONE":"x"},"KillTimeout":5000000000,"Config":{"command":"/bin/a","args":["-v","1"]}"""));
        var after = job(group("a", 1, """
                ,"Env":{"KEEP":"2","NEW":"y"},"KillTimeout":90000000000,"Config":{"command":"/bin/b","args":["-v"]}"""));
        var task = JobDiff.between(Optional.of(before), after)
                .taskGroups()
                .getFirst()
                .tasks()
                .getFirst();
        assertThat(field(task.fields(), "Env[KEEP]").type()).isEqualTo(DiffType.EDITED);
        assertThat(field(task.fields(), "Env[GONE]").type()).isEqualTo(DiffType.DELETED);
        assertThat(field(task.fields(), "Env[NEW]").type()).isEqualTo(DiffType.ADDED);
        assertThat(field(task.fields(), "KillTimeout").after()).isEqualTo("1m30s");
        var config = task.objects().getFirst();
        assertThat(config.name()).isEqualTo("Config");
        assertThat(field(config.fields(), "command").before()).isEqualTo("/bin/a");
        assertThat(field(config.fields(), "args[1]").type()).isEqualTo(DiffType.DELETED);
        assertThat(field(config.fields(), "args[0]").type()).isEqualTo(DiffType.NONE);
    }

    @Test
    void a_service_keeps_its_identity_and_shows_what_changed_inside() throws CodecException {
        String services = ",\"Services\":[{\"Name\":\"api\",\"PortLabel\":\"http\",\"Tags\":[\"a\"],"
                + "\"Checks\":[{\"Name\":\"up\",\"Type\":\"tcp\",\"Interval\":%d}]}]";
        var before = job(group("a", 1, services.formatted(1_000_000_000L)));
        var after = job(group("a", 1, services.formatted(2_000_000_000L)));
        var service = JobDiff.between(Optional.of(before), after)
                .taskGroups()
                .getFirst()
                .tasks()
                .getFirst()
                .objects()
                .getFirst();
        assertThat(service.name()).isEqualTo("Service");
        assertThat(field(service.fields(), "Name").type()).isEqualTo(DiffType.NONE);
        var check = service.objects().getFirst();
        assertThat(check.name()).isEqualTo("Check");
        assertThat(field(check.fields(), "Interval").after()).isEqualTo("2s");
    }

    @Test
    void another_order_is_a_change_too() throws CodecException {
        var before = job(group("a", 1, "") + "," + group("b", 1, ""));
        var after = job(group("b", 1, "") + "," + group("a", 1, ""));
        var diff = JobDiff.between(Optional.of(before), after);
        assertThat(diff.type()).isEqualTo(DiffType.EDITED);
        assertThat(field(diff.fields(), "TaskGroups (order)").after()).isEqualTo("b, a");
    }

    @Test
    void of_a_new_job_everything_is_added() throws CodecException {
        var diff = JobDiff.between(Optional.empty(), job(group("a", 1, "")));
        assertThat(diff.type()).isEqualTo(DiffType.ADDED);
        assertThat(diff.taskGroups().getFirst().tasks().getFirst().type()).isEqualTo(DiffType.ADDED);
        assertThat(diff.fields()).allMatch(it -> it.type() == DiffType.ADDED);
    }

    @Test
    void jobs_differ_if_and_only_if_a_difference_is_shown() throws CodecException {
        for (int seed = 0; seed < JOBS; seed++) {
            var random = new Random(seed);
            var job = new Filler(random).record(JobSpec.class);
            if (hasTwins(job)) {
                continue;
            }
            var tree = Codec.fromJson(Object.class, Codec.toJson(job));
            var again = Codec.fromJson(JobSpec.class, Codec.toJson(tree));
            assertThat(JobDiff.between(Optional.of(again), again).type()).isEqualTo(DiffType.NONE);
            for (int i = 0; i < CHANGES; i++) {
                var changed = mutated(tree, random, again);
                boolean shown = JobDiff.between(Optional.of(again), changed).type() != DiffType.NONE;
                assertThat(shown)
                        .as("seed %d change %d%n%s%n%s", seed, i, again, changed)
                        .isEqualTo(!again.equals(changed));
            }
        }
    }

    /** The job with one of its values changed; as it was when no record takes the change. */
    private static JobSpec mutated(Object tree, Random random, JobSpec otherwise) {
        try {
            var copy = Codec.fromJson(Object.class, Codec.toJson(tree));
            var changed = Codec.fromJson(JobSpec.class, Codec.toJson(changed(copy, random)));
            return hasTwins(changed) ? otherwise : changed;
        } catch (CodecException | IllegalArgumentException refused) {
            return otherwise;
        }
    }

    /** Groups and tasks of one name are refused before anything is compared. */
    private static boolean hasTwins(JobSpec job) {
        var groups = job.taskGroups().stream().map(TaskGroup::name).toList();
        return groups.stream().distinct().count() < groups.size()
                || job.taskGroups().stream()
                        .map(group -> group.tasks().stream().map(Task::name).toList())
                        .anyMatch(tasks -> tasks.stream().distinct().count() < tasks.size());
    }

    private static Object changed(Object value, Random random) {
        return switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                var copy = new TreeMap<String, Object>();
                map.forEach((key, inner) -> copy.put((String) key, inner));
                var keys = new ArrayList<>(copy.keySet());
                var key = keys.get(random.nextInt(keys.size()));
                if (!key.equals("ID")) {
                    copy.put(key, changed(copy.get(key), random));
                }
                yield copy;
            }
            case List<?> list
            when !list.isEmpty() -> {
                var copy = new ArrayList<Object>(list);
                int at = random.nextInt(copy.size());
                switch (random.nextInt(5)) {
                    case 0 -> copy.remove(at);
                    case 1 -> copy.add(random.nextInt(copy.size() + 1), copy.get(at));
                    case 2 -> copy.add(copy.remove(at));
                    default -> copy.set(at, changed(copy.get(at), random));
                }
                yield copy;
            }
            case String text -> random.nextBoolean() ? text + "x" : "";
            case Boolean flag -> !flag;
            case Number number -> number.longValue() + 1;
            default -> value;
        };
    }

    /** Fills records with random values; lists and maps stay short. */
    private record Filler(Random random) {
        <T> T record(Class<T> type) {
            var shape = RecordShape.of(type);
            for (int attempt = 0; attempt < 50; attempt++) {
                var values = shape.components().stream()
                        .map(component -> value(component.type(), component.name()))
                        .toArray();
                try {
                    return type.cast(shape.construct(values));
                } catch (CodecException refused) {
                    // another try: some records accept few values only
                }
            }
            try {
                return Codec.fromJson(type, "{\"Name\":\"n" + random.nextInt(3) + "\"}");
            } catch (CodecException refused) {
                throw new IllegalStateException("no valid " + type, refused);
            }
        }

        private Object value(Type type, String name) {
            if (type instanceof ParameterizedType generic) {
                Type inner = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
                if (generic.getRawType() == Optional.class) {
                    return random.nextInt(3) > 0 ? Optional.of(value(inner, name)) : Optional.empty();
                }
                if (generic.getRawType() == List.class) {
                    var list = new ArrayList<Object>();
                    for (int left = random.nextInt(3); left > 0; left--) {
                        list.add(value(inner, name));
                    }
                    return list;
                }
                var map = new TreeMap<String, Object>();
                random.ints(random.nextInt(3), 0, 4).forEach(it -> map.put("k" + it, value(inner, name)));
                return map;
            }
            var simple = (Class<?>) type;
            if (simple.isRecord() && !Scalar.class.isAssignableFrom(simple)) {
                return record(simple);
            }
            return simple(simple, name);
        }

        private Object simple(Class<?> type, String name) {
            if (type == Object.class) {
                return random.nextBoolean() ? "free" + random.nextInt(3) : (Object) List.of("one", "two");
            }
            if (type == String.class) {
                return random.nextInt(4) == 0 ? "" : name.equals("mode") ? "delay" : name + random.nextInt(3);
            }
            if (type == boolean.class || type == Boolean.class) {
                return random.nextBoolean();
            }
            if (type == int.class || type == Integer.class) {
                return random.nextInt(90) + 1;
            }
            if (type == long.class || type == Long.class) {
                return (long) random.nextInt(90) + 1;
            }
            if (type == double.class || type == Double.class) {
                return random.nextInt(8) / 4.0;
            }
            if (type == Duration.class) {
                return Duration.ofMillis(random.nextInt(100_000));
            }
            if (type == Instant.class) {
                return Instant.ofEpochSecond(random.nextInt(1_000_000));
            }
            if (type.isEnum()) {
                return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
            }
            try {
                return RecordShape.of(type).construct(new Object[] {name + random.nextInt(3)});
            } catch (CodecException refused) {
                throw new IllegalStateException(refused);
            }
        }
    }
}
