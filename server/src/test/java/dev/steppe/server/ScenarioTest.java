package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.state.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proves what becomes of a job when things happen to it, scenario by scenario: each file under {@code scenarios} tells
 * what happens ({@code > ...}) and what the servers do about it. After each step a second look must change nothing.
 * {@code -Dscenarios.rewrite=true} writes what happens now into the files, to be reviewed as a diff.
 */
class ScenarioTest {
    private static final Path FOLDER = Path.of("src/test/resources/scenarios");

    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void the_servers_do_as_written_down(Path file) throws IOException {
        var written = Files.readString(file);
        var happened = new StringBuilder();
        var scene = new Scene();
        for (String line : written.lines().toList()) {
            if (line.startsWith("#") || line.isBlank()) {
                happened.append(line).append('\n');
            } else if (line.startsWith("> ")) {
                happened.append(line).append('\n');
                scene.play(line.substring(2))
                        .forEach(it -> happened.append("  ").append(it).append('\n'));
            }
        }
        if (Boolean.getBoolean("scenarios.rewrite")) {
            Files.writeString(file, happened.toString());
            return;
        }
        assertThat(happened.toString())
                .as("%s (rewrite with -Dscenarios.rewrite=true and review the diff)", file)
                .isEqualTo(written);
    }

    /** One cluster with one job, played line by line. */
    private static final class Scene {
        private static final String JOB = "web";
        private final Rehearsal servers = new Rehearsal(7);
        private final Map<String, String> job = new LinkedHashMap<>();
        private String deploymentTold = "";

        List<String> play(String line) {
            var words = Arrays.asList(line.split(" "));
            var rest = words.subList(1, words.size());
            var out = new ArrayList<String>();
            Optional<String> refusal = Optional.empty();
            switch (words.getFirst()) {
                case "nodes" ->
                    rest.forEach(node -> servers.node(
                            node.split(":", -1)[0],
                            node.contains(":") ? Integer.parseInt(node.split(":", -1)[1]) : 4000));
                case "down" -> rest.forEach(node -> servers.nodeStatus(node, NodeStatus.DOWN));
                case "up" -> rest.forEach(node -> servers.nodeStatus(node, NodeStatus.READY));
                case "job" -> register(rest);
                case "stop-job" -> servers.deregister(JOB, false);
                case "purge-job" -> servers.deregister(JOB, true);
                case "look" -> servers.look(JOB, rest.contains("forced"));
                case "runs" -> each(rest, it -> servers.report(it, ClientStatus.RUNNING, Optional.empty()));
                case "healthy" -> each(rest, it -> servers.report(it, ClientStatus.RUNNING, Optional.of(true)));
                case "unhealthy" -> each(rest, it -> servers.report(it, ClientStatus.RUNNING, Optional.of(false)));
                case "fails" -> each(rest, it -> servers.report(it, ClientStatus.FAILED, Optional.of(false)));
                case "completes" -> each(rest, it -> servers.report(it, ClientStatus.COMPLETE, Optional.empty()));
                case "stop" -> each(rest, servers::stop);
                case "pass" -> servers.pass(duration(rest.getFirst()));
                case "pause" -> refusal = servers.apply(pause(true));
                case "resume" -> refusal = servers.apply(pause(false));
                case "promote" -> refusal = servers.apply(promote(rest));
                case "fail" ->
                    refusal = servers.apply(DeploymentWatcher.fail(
                            servers.snapshot(), current(), Deployment.MARKED_FAILED, servers.now));
                case "show" -> {
                    out.addAll(shown());
                    return out;
                }
                default -> throw new IllegalArgumentException("no such step: " + line);
            }
            refusal.ifPresent(reason -> out.add("refused: " + reason.replaceAll("[0-9a-f-]{36}", "ID")));
            out.addAll(servers.settle());
            tellDeployment(out);
            if (servers.snapshot().job(Rehearsal.key(JOB)).isPresent()) {
                assertThat(servers.suppose(JOB).isEmpty())
                        .as("a second look after \"%s\" changes nothing", line)
                        .isTrue();
            }
            return out;
        }

        private static Duration duration(String text) {
            try {
                return GoDuration.parse(text);
            } catch (dev.steppe.model.codec.CodecException wrong) {
                throw new IllegalArgumentException(text, wrong);
            }
        }

        private Deployment current() {
            return servers.deployment(JOB);
        }

        private Command pause(boolean pause) {
            return new Command.PauseDeployment(current().id(), pause, servers.looks(), servers.now);
        }

        private Command promote(List<String> groups) {
            var all = groups.isEmpty()
                    ? current().taskGroups().entrySet().stream()
                            .filter(group -> group.getValue().isTrying())
                            .map(Map.Entry::getKey)
                            .toList()
                    : groups;
            return new Command.PromoteDeployment(current().id(), all, servers.looks(), servers.now);
        }

        private void each(List<String> names, java.util.function.Consumer<Allocation> action) {
            for (Allocation allocation : servers.live(JOB)) {
                var name = Rehearsal.name(allocation);
                boolean meant = names.contains("all")
                        || names.contains(name)
                        || names.contains(name.substring(0, name.indexOf('@')))
                        || names.contains(name.substring(name.indexOf('@')));
                if (meant) {
                    action.accept(allocation);
                }
            }
        }

        /** Settings stay from one version to the next; {@code -name} takes one away. */
        private void register(List<String> settings) {
            for (String setting : settings) {
                if (setting.startsWith("-")) {
                    job.remove(setting.substring(1));
                } else {
                    var parts = setting.split("=", 2);
                    job.put(parts[0], parts.length > 1 ? parts[1] : "true");
                }
            }
            servers.register(Rehearsal.read(JobSpec.class, json()));
        }

        private String json() {
            var groups = new TreeSet<>(List.of("g"));
            job.keySet().stream()
                    .filter(name -> name.contains("."))
                    .forEach(name -> groups.add(name.substring(0, name.indexOf('.'))));
            return """
                    {"ID":"web","Type":"%s","TaskGroups":[%s]}""".formatted(
                            job.getOrDefault("type", "service"),
                            groups.stream().map(this::group).collect(Collectors.joining(",")));
        }

        private String group(String name) {
            var fields = new ArrayList<String>();
            fields.add("\"Name\":\"" + name + "\"");
            fields.add("\"Count\":" + setting(name, "count").orElse("1"));
            var update = new ArrayList<String>();
            for (String each : List.of(
                    "max_parallel",
                    "canary",
                    "auto_revert",
                    "auto_promote",
                    "progress_deadline",
                    "min_healthy_time",
                    "healthy_deadline")) {
                setting(name, each).ifPresent(value -> update.add("\"" + camel(each) + "\":" + value(value)));
            }
            if (!update.isEmpty()) {
                fields.add("\"Update\":{" + String.join(",", update) + "}");
            }
            var reschedule = new ArrayList<String>();
            for (String each : List.of("attempts", "interval", "delay", "delay_function", "max_delay", "unlimited")) {
                setting(name, each).ifPresent(value -> reschedule.add("\"" + camel(each) + "\":" + value(value)));
            }
            if (!reschedule.isEmpty()) {
                fields.add("\"ReschedulePolicy\":{" + String.join(",", reschedule) + "}");
            }
            fields.add("\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\",\"Config\":{\"command\":\"/bin/true\"},"
                    + "\"Env\":{\"V\":\"" + setting(name, "env").orElse("") + "\"},\"Resources\":{\"CPU\":"
                    + setting(name, "cpu").orElse("100") + ",\"MemoryMB\":100}"
                    + setting(name, "kill_timeout")
                            .map(it -> ",\"KillTimeout\":" + value(it))
                            .orElse("") + "}]");
            return "{" + String.join(",", fields) + "}";
        }

        private Optional<String> setting(String group, String name) {
            var own = job.get(group + "." + name);
            return Optional.ofNullable(own == null && !group.isEmpty() ? job.get(name) : own);
        }

        private static String camel(String snake) {
            return Arrays.stream(snake.split("_"))
                    .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                    .collect(Collectors.joining());
        }

        private static String value(String text) {
            if (text.matches("[0-9]+|true|false")) {
                return text;
            }
            return text.matches("[0-9]+[smh].*") ? Long.toString(duration(text).toNanos()) : "\"" + text + "\"";
        }

        private void tellDeployment(List<String> out) {
            var all = servers.snapshot().deploymentsOf(Rehearsal.key(JOB));
            if (all.isEmpty()) {
                return;
            }
            var newest = all.getFirst();
            var counts = newest.taskGroups().entrySet().stream()
                    .map(group -> group.getKey() + " " + counts(group.getValue()))
                    .collect(Collectors.joining("; "));
            var line = "= version " + newest.jobVersion() + ": " + newest.statusDescription() + " (" + counts + ")";
            if (!line.equals(deploymentTold)) {
                deploymentTold = line;
                out.add(line);
            }
        }

        private static String counts(DeploymentState state) {
            return state.placedAllocs() + " of " + state.desiredTotal() + " placed, " + state.healthyAllocs()
                    + " healthy"
                    + (state.unhealthyAllocs() > 0 ? ", " + state.unhealthyAllocs() + " unhealthy" : "")
                    + (state.desiredCanaries() > 0
                            ? ", " + state.desiredCanaries() + " canaries" + (state.promoted() ? " promoted" : "")
                            : "");
        }

        private List<String> shown() {
            var lines = new ArrayList<String>();
            for (Allocation allocation : servers.live(JOB)) {
                lines.add(Rehearsal.name(allocation) + " "
                        + allocation.client().status().name().toLowerCase(Locale.ROOT)
                        + (allocation.isHealthy() ? " healthy" : "") + (allocation.isUnhealthy() ? " unhealthy" : "")
                        + (allocation.isCanary() ? " canary" : "") + " on " + allocation.nodeId());
            }
            servers.snapshot()
                    .job(Rehearsal.key(JOB))
                    .ifPresent(it -> lines.add("job: version " + it.version() + (it.stable() ? ", stable" : "")
                            + (it.stop() ? ", stopped" : "")));
            return lines;
        }
    }
}
