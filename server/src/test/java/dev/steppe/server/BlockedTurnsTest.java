package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves of many jobs that wait for few places that each has its turn, and that waiting costs no planning. */
class BlockedTurnsTest {
    private static final int JOBS = 60;

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("blocked.seeds", 4));
    }

    private static void job(Rehearsal servers, String id, int megaHertz, int priority, int count) {
        servers.register(Rehearsal.read(JobSpec.class, """
                {"ID":"%s","Type":"batch","Priority":%d,"TaskGroups":[{"Name":"g","Count":%d,"Tasks":[
                 {"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},"Resources":{"CPU":%d,"MemoryMB":10}}]}]}""".formatted(id, priority, count, megaHertz)));
        servers.settle();
        servers.pass(Duration.ofSeconds(1));
    }

    private static List<Allocation> running(Rehearsal servers) {
        var running = new ArrayList<Allocation>();
        for (Allocation allocation : servers.snapshot().allocations()) {
            if (!allocation.isTerminal()) {
                running.add(allocation);
            }
        }
        return running;
    }

    private static long blocked(Rehearsal servers) {
        long blocked = 0;
        for (var evaluation : servers.snapshot().evaluations()) {
            blocked += evaluation.status() == EvaluationStatus.BLOCKED ? 1 : 0;
        }
        return blocked;
    }

    /** Something that runs ends, again and again, until everything has run; gives the jobs in the order in which they began. */
    private static List<String> runAll(Rehearsal servers, SplittableRandom random) {
        var began = new ArrayList<String>();
        var known = new TreeSet<String>();
        for (int step = 0; step < 10 * JOBS; step++) {
            var running = running(servers);
            for (Allocation allocation : running) {
                if (known.add(allocation.id().value())) {
                    began.add(allocation.jobId().value());
                }
            }
            if (running.isEmpty()) {
                return began;
            }
            servers.report(running.get(random.nextInt(running.size())), ClientStatus.COMPLETE, Optional.empty());
            servers.settle();
            servers.pass(Duration.ofSeconds(1));
        }
        throw new AssertionError(blocked(servers) + " jobs starve");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void of_jobs_alike_none_is_overtaken_and_each_is_planned_once_more_when_there_is_a_place(long seed) {
        var servers = new Rehearsal(seed);
        servers.node("n1", 300);
        servers.node("n2", 300);
        for (int i = 0; i < JOBS; i++) {
            job(servers, "j%03d".formatted(i), 100, 50, 1);
        }
        assertThat(blocked(servers)).isEqualTo(JOBS - 6);
        var began = runAll(servers, new SplittableRandom(seed));
        // the first six began before anything was blocked, on either node
        assertThat(began.subList(6, began.size()))
                .isEqualTo(IntStream.range(6, JOBS).mapToObj("j%03d"::formatted).toList());
        assertThat(servers.planned).isEqualTo(JOBS + (JOBS - 6));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void of_jobs_of_all_sizes_none_starves_and_few_are_planned_in_vain(long seed) {
        var random = new SplittableRandom(seed);
        var servers = new Rehearsal(seed);
        for (int i = 0; i < 4; i++) {
            servers.node("n" + i, 400);
        }
        int instances = 0;
        for (int i = 0; i < JOBS; i++) {
            int count = 1 + random.nextInt(3);
            instances += count;
            job(servers, "j%03d".formatted(i), 100 + 100 * random.nextInt(3), 1 + random.nextInt(100), count);
        }
        assertThat(blocked(servers)).isGreaterThan(JOBS / 2);
        var began = runAll(servers, random);
        assertThat(began).hasSize(instances);
        assertThat(blocked(servers)).isZero();
        assertThat(servers.planned)
                .as("as many as there are instances, and not as many as their square")
                .isLessThan(4 * instances);
    }
}
