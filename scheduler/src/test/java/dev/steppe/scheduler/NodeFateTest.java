package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proves what becomes of instances when their nodes fall silent, come back or are emptied: each file under {@code fates} is
 * a story of a job on the nodes n1, n2 and n3, with the instances there are after each look of the scheduler.
 * {@code -Dtranscripts.rewrite=true} writes what happens now into the files, to be reviewed as a diff.
 */
class NodeFateTest {
    private static final Path FOLDER = Path.of("src/test/resources/fates");

    static List<Path> stories() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void instances_fare_as_written_down(Path file) throws IOException {
        var written = Files.readString(file);
        var happened = new Story().tell(written);
        if (Boolean.getBoolean("transcripts.rewrite")) {
            Files.writeString(file, happened);
            return;
        }
        assertThat(happened)
                .as("%s (rewrite with -Dtranscripts.rewrite=true and review the diff)", file)
                .isEqualTo(written);
    }

    private static final class Story {
        private final TestCluster cluster = new TestCluster();
        private final StringBuilder told = new StringBuilder();
        private final List<Allocation> order = new ArrayList<>();

        String tell(String written) {
            written.lines().filter(line -> !line.startsWith("  ")).forEach(line -> {
                told.append(line).append('\n');
                if (!line.isBlank() && !line.startsWith("#")) {
                    step(line.split(" ", 3));
                }
            });
            return told.toString();
        }

        private void step(String[] words) {
            switch (words[0]) {
                case "job" -> job(words[1], words[2]);
                case "look" -> look();
                case "wait" -> cluster.pass(Duration.parse("PT" + words[1].toUpperCase(java.util.Locale.ROOT)));
                case "node" -> node(words[1], words[2]);
                case "report" ->
                    cluster.report(named(words[1]), ClientStatus.valueOf(words[2].toUpperCase(java.util.Locale.ROOT)));
                case "migrate" -> cluster.migrate(named(words[1]));
                default -> throw new IllegalArgumentException(words[0]);
            }
        }

        private void job(String type, String group) {
            for (String node : List.of("n1", "n2", "n3")) {
                if (cluster.snapshot().nodeCount() < 3) {
                    cluster.node(node, "dc1");
                }
            }
            var fields = group.split(" ", 2);
            cluster.register("""
                    {"ID":"web","Type":"%s","TaskGroups":[{"Name":"g","Count":%s%s,"Tasks":[
                      {"Name":"t","Driver":"raw_exec","Resources":{"CPU":400,"MemoryMB":100},"KillTimeout":5000000000}]}]}""".formatted(type, fields[0], fields.length > 1 ? "," + fields[1] : ""));
        }

        /** By its name, or as the node of an instance. */
        private void node(String which, String status) {
            String name = which.startsWith("#") ? named(which).nodeId().value() : which;
            switch (status) {
                case "forgotten" ->
                    cluster.apply(new Command.RemoveNodes(
                            List.of(new dev.steppe.model.NodeId(name)), List.of(), cluster.now()));
                default -> cluster.status(name, NodeStatus.valueOf(status.toUpperCase(java.util.Locale.ROOT)));
            }
        }

        private void look() {
            var plan = cluster.schedule("web");
            var all = new ArrayList<>(cluster.all("web"));
            all.sort(Comparator.comparingLong(Allocation::createIndex).thenComparing(Allocation::name));
            for (Allocation allocation : all) {
                if (order.stream().noneMatch(it -> it.id().equals(allocation.id()))) {
                    order.add(allocation);
                }
            }
            for (int i = 0; i < order.size(); i++) {
                var id = order.get(i).id();
                int number = i + 1;
                all.stream().filter(it -> it.id().equals(id)).findFirst().ifPresent(it -> tell(number, it));
            }
            plan.followUps()
                    .forEach(it -> told.append("  then ")
                            .append(it.triggeredBy())
                            .append(
                                    it.waitUntil().isAfter(cluster.now())
                                            ? " after "
                                                    + Duration.between(cluster.now(), it.waitUntil())
                                                            .toString()
                                                            .substring(2)
                                                            .toLowerCase(java.util.Locale.ROOT)
                                            : "")
                            .append('\n'));
        }

        private void tell(int number, Allocation it) {
            told.append("  #%d %s on %s epoch %d: %s, %s%s%n"
                    .formatted(
                            number,
                            it.name().substring("web.".length()),
                            it.nodeId(),
                            it.epoch(),
                            it.desiredStatus() == DesiredStatus.RUN ? "wanted" : "not wanted",
                            it.client().status().name().toLowerCase(java.util.Locale.ROOT),
                            it.desiredDescription().isEmpty() ? "" : " (" + it.desiredDescription() + ")"));
        }

        private Allocation named(String number) {
            var id = order.get(Integer.parseInt(number.substring(1)) - 1).id();
            return cluster.snapshot().allocation(id).orElseThrow();
        }
    }
}
