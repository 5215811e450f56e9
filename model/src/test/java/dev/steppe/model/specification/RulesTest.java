package dev.steppe.model.specification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of jobs is broken once: the problem has its place and says what is possible. */
class RulesTest {
    private static final String TASK = "{\"Name\":\"t\",\"Driver\":\"raw_exec\"}";

    static Stream<Arguments> broken() {
        return Stream.of(jobsAndGroups(), policies(), placement(), tasksAndServices())
                .flatMap(it -> it);
    }

    private static String resources(String resources) {
        return task("\"Resources\":{" + resources + "}");
    }

    private static Stream<Arguments> jobsAndGroups() {
        return Stream.of(
                Arguments.of(job("\"TaskGroups\":[]"), "TaskGroups", "has no group"),
                Arguments.of(job("\"TaskGroups\":[{\"Name\":\"g\"}]"), "TaskGroups[0].Tasks", "has no task"),
                Arguments.of(
                        job("\"TaskGroups\":[{\"Name\":\"g\",\"Tasks\":[" + TASK + "]},{\"Name\":\"g\",\"Tasks\":["
                                + TASK + "]}]"),
                        "TaskGroups[1]",
                        "defined twice"),
                Arguments.of(group("\"Count\":60000"), "TaskGroups", "at most 50000"),
                Arguments.of(
                        group("\"Count\":101").replace("{\"ID\"", "{\"Type\":\"sysbatch\",\"ID\""),
                        "TaskGroups",
                        "are 101 together; at most 100 are possible in a sysbatch job"),
                Arguments.of(
                        group("\"Count\":2,\"Constraints\":[{\"Operand\":\"distinct_hosts\"}]")
                                .replace("{\"ID\"", "{\"Type\":\"sysbatch\",\"ID\""),
                        "TaskGroups[0].Count",
                        "distinct_hosts allows one there"),
                Arguments.of(
                        resources("\"Devices\":[{\"Name\":\"gpu\",\"Share\":1.5}]"),
                        "TaskGroups[0].Tasks[0].Resources.Devices.Share",
                        "share 1.5 must be from 0.01 to 1"),
                Arguments.of(
                        resources("\"Devices\":[{\"Name\":\"gpu\",\"Count\":2,\"Share\":0.5}]"),
                        "TaskGroups[0].Tasks[0].Resources.Devices.Share",
                        "leave out count, which is 2"),
                Arguments.of(
                        "{\"ID\":\"j\",\"Type\":\"system\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":2,\"Tasks\":["
                                + TASK + "]}]}",
                        "TaskGroups[0].Count",
                        "must be 1"),
                Arguments.of(group("\"Scaling\":{\"Min\":2,\"Max\":4}"), "TaskGroups[0].Count", "must lie within"),
                Arguments.of(
                        group("\"EphemeralDisk\":{\"SizeMB\":5}"),
                        "TaskGroups[0].EphemeralDisk.SizeMB",
                        "at least 10"));
    }

    private static Stream<Arguments> policies() {
        return Stream.of(
                Arguments.of(
                        group("\"RestartPolicy\":{\"Attempts\":5,\"Interval\":10000000000,\"Delay\":9000000000}"),
                        "TaskGroups[0].RestartPolicy",
                        "do not fit into the interval of 10s"),
                Arguments.of(
                        group("\"RestartPolicy\":{\"Interval\":10000000000,\"Mode\":\"delay\"}"),
                        "TaskGroups[0].RestartPolicy",
                        "wait for ever"),
                Arguments.of(
                        group("\"ReschedulePolicy\":{\"Unlimited\":true,\"Delay\":1000000000,\"DelayFunction\":"
                                + "\"constant\"}"),
                        "TaskGroups[0].ReschedulePolicy.Delay",
                        "at least 5s"),
                Arguments.of(
                        group("\"ReschedulePolicy\":{\"Attempts\":10,\"Interval\":60000000000,\"Delay\":10000000000,"
                                + "\"DelayFunction\":\"constant\"}"),
                        "TaskGroups[0].ReschedulePolicy",
                        "do not fit into the interval of 1m0s"),
                Arguments.of(reschedule(4, 129, "exponential"), "TaskGroups[0].ReschedulePolicy", "up to 1m0s"),
                Arguments.of(reschedule(6, 179, "fibonacci"), "TaskGroups[0].ReschedulePolicy", "up to 1m0s"),
                Arguments.of(
                        reschedule(Integer.MAX_VALUE, 9_000_000_000L, "fibonacci"),
                        "TaskGroups[0].ReschedulePolicy",
                        "write fewer attempts or a longer interval"),
                Arguments.of(
                        group("\"RestartPolicy\":{\"Attempts\":2147483647,\"Interval\":10000000000,"
                                + "\"Delay\":9000000000000000000}"),
                        "TaskGroups[0].RestartPolicy",
                        "do not fit into the interval"),
                Arguments.of(
                        group("\"Update\":{\"MinHealthyTime\":600000000000}"),
                        "TaskGroups[0].Update.MinHealthyTime",
                        "less than healthy_deadline"),
                Arguments.of(
                        group("\"Update\":{\"AutoPromote\":true}"), "TaskGroups[0].Update.AutoPromote", "needs canary"),
                Arguments.of(
                        group("\"Disconnect\":{\"LostAfter\":1,\"StopOnClientAfter\":1}"),
                        "TaskGroups[0].Disconnect",
                        "exclude each other"),
                Arguments.of(group("\"MaxRunDuration\":5"), "TaskGroups[0].MaxRunDuration", "batch or sysbatch"));
    }

    private static Stream<Arguments> placement() {
        return Stream.of(
                Arguments.of(
                        task("\"Config\":{\"comand\":\"/bin/true\"}"),
                        "TaskGroups[0].Tasks[0].Config.comand",
                        "config key \"comand\" is not known (did you mean \"command\"?)"),
                Arguments.of(
                        task("\"Config\":{\"image\":\"i\",\"mount\":[{\"target\":\"/a\",\"readnly\":true}]}")
                                .replace("raw_exec", "docker"),
                        "TaskGroups[0].Tasks[0].Config.mount.readnly",
                        "config key \"mount.readnly\" is not known (did you mean \"readonly\"?)"),
                Arguments.of(
                        resources("\"CPU\":500,\"Cores\":2"),
                        "TaskGroups[0].Tasks[0].Resources.CPU",
                        "exclude each other"),
                Arguments.of(
                        resources("\"NUMA\":{\"Affinity\":\"require\"}"),
                        "TaskGroups[0].Tasks[0].Resources.NUMA",
                        "needs cores"),
                Arguments.of(
                        resources("\"Devices\":[{\"Name\":\"a/b/c/d\"}]"),
                        "TaskGroups[0].Tasks[0].Resources.Devices",
                        "vendor/type/name"),
                Arguments.of(
                        task("\"Constraints\":[{\"LTarget\":\"a\",\"Operand\":\"like\"}]"),
                        "TaskGroups[0].Tasks[0].Constraints",
                        "\"like\" is not known"),
                Arguments.of(
                        group("\"Affinities\":[{\"LTarget\":\"a\",\"RTarget\":\"b\",\"Weight\":101}]"),
                        "TaskGroups[0].Affinities",
                        "between -100 and 100"),
                Arguments.of(
                        resources("\"Devices\":[{\"Name\":\"gpu\",\"Count\":-1}]"),
                        "TaskGroups[0].Tasks[0].Resources.Devices",
                        "at least 1"));
    }

    private static Stream<Arguments> tasksAndServices() {
        return Stream.of(
                Arguments.of(
                        group("\"Spreads\":[{\"Attribute\":\"a\",\"SpreadTarget\":[{\"Value\":\"x\",\"Percent\":60},"
                                + "{\"Value\":\"y\",\"Percent\":60}]}]"),
                        "TaskGroups[0].Spreads[0].SpreadTarget",
                        "120 together"),
                Arguments.of(
                        group("\"Networks\":[{\"DynamicPorts\":[{\"Label\":\"a\"},{\"Label\":\"a\"}]}]"),
                        "TaskGroups[0].Networks[0]",
                        "defined twice"),
                Arguments.of(
                        group("\"Networks\":[{\"ReservedPorts\":[{\"Label\":\"a\",\"Value\":80},"
                                + "{\"Label\":\"b\",\"Value\":80}]}]"),
                        "TaskGroups[0].Networks[0]",
                        "both ask for static 80"),
                Arguments.of(
                        group("\"Volumes\":{\"v\":{\"Name\":\"v\",\"Type\":\"nfs\",\"Source\":\"s\"}}"),
                        "TaskGroups[0].Volumes.v.Type",
                        "must be one of host, csi"),
                Arguments.of(task("\"Resources\":{\"CPU\":0}"), "TaskGroups[0].Tasks[0].Resources.CPU", "at least 1"),
                Arguments.of(
                        task("\"Resources\":{\"MemoryMB\":5}"),
                        "TaskGroups[0].Tasks[0].Resources.MemoryMB",
                        "at least 10"),
                Arguments.of(
                        task("\"LogConfig\":{\"MaxFiles\":100}"),
                        "TaskGroups[0].Tasks[0].LogConfig",
                        "more than the group's ephemeral_disk of 300 MB"),
                Arguments.of(
                        task("\"Templates\":[{\"DestPath\":\"local/../../x\",\"EmbeddedTmpl\":\"x\"}]"),
                        "TaskGroups[0].Tasks[0].Templates[0].DestPath",
                        "leads out"),
                Arguments.of(
                        task("\"Templates\":[{\"DestPath\":\"local/x\"}]"),
                        "TaskGroups[0].Tasks[0].Templates[0]",
                        "needs data or source"),
                Arguments.of(
                        task("\"VolumeMounts\":[{\"Volume\":\"v\",\"Destination\":\"/v\"}]"),
                        "TaskGroups[0].Tasks[0].VolumeMounts",
                        "no volume of the group"),
                Arguments.of(
                        task("\"VolumeMounts\":[{\"Volume\":\"v\",\"Destination\":\"/v\"}]"),
                        "TaskGroups[0].Tasks[0].VolumeMounts",
                        "needs driver exec, java or docker"),
                Arguments.of(
                        task("\"VolumeMounts\":[{\"Volume\":\"v\",\"Destination\":\"v\"}]"),
                        "TaskGroups[0].Tasks[0].VolumeMounts",
                        "must be an absolute path"),
                Arguments.of(
                        task("\"Lifecycle\":{\"Hook\":\"never\"}"),
                        "TaskGroups[0].Tasks[0].Lifecycle.Hook",
                        "must be one of prestart"),
                Arguments.of(
                        service("\"PortLabel\":\"http\""), "TaskGroups[0].Services[0].PortLabel", "neither a number"),
                Arguments.of(service("\"Connect\":{}"), "TaskGroups[0].Services[0].Connect", "exactly one of"),
                Arguments.of(
                        service(
                                "\"PortLabel\":\"80\",\"Checks\":[{\"Type\":\"http\",\"Interval\":1000000000,\"Timeout\":"
                                        + "1000000000}]"),
                        "TaskGroups[0].Services[0].Checks[0].Path",
                        "needs a path"),
                Arguments.of(
                        service("\"PortLabel\":\"80\",\"Checks\":[{\"Type\":\"tcp\",\"Timeout\":1000000000}]"),
                        "TaskGroups[0].Services[0].Checks[0].Interval",
                        "at least 1s"));
    }

    private static String job(String fields) {
        return "{\"ID\":\"j\"," + fields + "}";
    }

    private static String group(String fields) {
        return job("\"TaskGroups\":[{\"Name\":\"g\"," + fields + ",\"Tasks\":[" + TASK + "]}]");
    }

    private static String task(String fields) {
        return job("\"TaskGroups\":[{\"Name\":\"g\",\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\"," + fields
                + "}]}]");
    }

    /** Ten seconds at first and a minute at most. */
    private static String reschedule(int attempts, long intervalSeconds, String function) {
        return group(("\"ReschedulePolicy\":{\"Attempts\":%d,\"Interval\":%d,\"Delay\":10000000000,"
                        + "\"MaxDelay\":60000000000,\"DelayFunction\":\"%s\"}")
                .formatted(attempts, intervalSeconds * 1_000_000_000, function));
    }

    private static String service(String fields) {
        return group("\"Services\":[{\"Name\":\"s\"," + fields + "}]");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_rule_is_a_problem_at_its_place(String json, String path, String message) throws Exception {
        List<Problem> problems = Rules.broken(Codec.fromJson(JobSpec.class, json));
        assertThat(problems).anySatisfy(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.message()).contains(message);
        });
    }

    @Test
    void keys_of_other_drivers_and_keys_that_only_a_node_can_read_break_none() throws Exception {
        var config = "\"Config\":{\"command\":\"/bin/true\",\"%s\":\"x\"}";
        assertThat(Rules.broken(Codec.fromJson(JobSpec.class, task(config.formatted("${meta.key}")))))
                .isEmpty();
        assertThat(Rules.broken(Codec.fromJson(
                        JobSpec.class, task(config.formatted("comand")).replace("raw_exec", "firecracker"))))
                .isEmpty();
    }

    @Test
    void a_key_of_a_driver_that_people_know_and_that_is_not_there_is_refused_and_not_wrong() throws Exception {
        var job = Codec.fromJson(
                JobSpec.class, task("\"Config\":{\"command\":\"/bin/true\",\"cgroup_v2_override\":\"mine\"}"));
        assertThat(Rules.broken(job)).isEmpty();
        assertThat(Examination.of(job)).singleElement().satisfies(finding -> {
            assertThat(finding.refused()).isTrue();
            assertThat(finding.path()).isEqualTo("TaskGroups[0].Tasks[0].Config.cgroup_v2_override");
            assertThat(finding.message()).contains("config key \"cgroup_v2_override\" is not supported; ");
        });
    }

    @Test
    void attempts_whose_growing_delays_just_fit_break_none() throws Exception {
        for (String fits : List.of(
                reschedule(4, 130, "exponential"),
                reschedule(6, 180, "fibonacci"),
                reschedule(Integer.MAX_VALUE, 9_000_000_000L, "exponential")
                        .replace("\"Attempts\":2147483647", "\"Attempts\":150000000"))) {
            assertThat(Rules.broken(Codec.fromJson(JobSpec.class, fits))).isEmpty();
        }
    }

    @Test
    void a_plain_job_breaks_none() throws Exception {
        assertThat(Rules.broken(Codec.fromJson(JobSpec.class, group("\"Count\":3"))))
                .isEmpty();
    }
}
