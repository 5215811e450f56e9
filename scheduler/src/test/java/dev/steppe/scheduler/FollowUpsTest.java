package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.state.Command;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves that of each failed allocation that evaluation is told that replaces it, and of others none. */
class FollowUpsTest {
    private final TestCluster cluster = new TestCluster();

    private static String group(String name, String policy) {
        return """
                {"Name":"%s","Count":1,"ReschedulePolicy":{%s},"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}""".formatted(name, policy);
    }

    private Optional<EvaluationId> of(String group) {
        var failed = cluster.all("web").stream()
                .filter(it -> it.taskGroup().equals(group) && FollowUps.mayHave(it))
                .findFirst();
        return new FollowUps(cluster.snapshot()).of(failed.orElseThrow());
    }

    private Optional<EvaluationId> dueAfter(Duration time) {
        return cluster.snapshot().evaluationsOf(new JobKey("default", new JobId("web"))).stream()
                .filter(it -> it.waitUntil().equals(TestCluster.NOW.plus(time)))
                .findFirst()
                .map(it -> it.id());
    }

    private void schedule() {
        var plan = cluster.schedule("web");
        cluster.apply(new Command.PutEvaluations(plan.followUps(), cluster.now()));
    }

    @Test
    void each_that_failed_names_the_evaluation_that_replaces_it_and_no_other() {
        String delay = "\"DelayFunction\":\"constant\",\"Unlimited\":true,\"Delay\":";
        cluster.node("n1", "dc1");
        cluster.register("{\"ID\":\"web\",\"Type\":\"service\",\"TaskGroups\":["
                + group("soon", delay + "30000000000") + "," + group("closely", delay + "33000000000") + ","
                + group("late", delay + "600000000000") + ","
                + group("never", "\"Attempts\":0,\"Interval\":60000000000,\"Unlimited\":false") + "]}");
        schedule();
        cluster.everythingRuns("web");
        for (Allocation allocation : cluster.live("web")) {
            cluster.report(allocation, ClientStatus.FAILED);
        }
        assertThat(of("soon")).as("nothing waits yet").isEmpty();
        schedule();
        var first = dueAfter(Duration.ofSeconds(30));
        assertThat(first).isPresent();
        assertThat(of("soon")).isEqualTo(first);
        assertThat(of("closely")).isEqualTo(first);
        assertThat(of("late")).isEmpty();
        assertThat(of("never")).isEmpty();

        cluster.pass(Duration.ofSeconds(40));
        schedule();
        assertThat(dueAfter(Duration.ofMinutes(10))).isPresent();
        assertThat(of("late")).isEqualTo(dueAfter(Duration.ofMinutes(10)));
        assertThat(of("never")).isEmpty();
    }
}
