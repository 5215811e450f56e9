package dev.steppe.simulation.bench;

import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Machines and pods of the public GPU cluster trace of 2023, which this program reads where it lies. */
final class Trace {
    private static final String PODS = "openb_pod_list_";
    private static final String MACHINES = "openb_node_list_all_node.csv";

    private Trace() {}

    /** A machine: thousandths of processors, megabytes, and a number of GPUs of one model. */
    record Machine(int number, int cpu, int memory, int gpus, String model) {
        NodeSpec node() {
            String instances = IntStream.range(0, gpus)
                    .mapToObj(i -> "{\"ID\":\"GPU-%d\",\"Healthy\":true}".formatted(i))
                    .collect(Collectors.joining(","));
            String devices = gpus == 0
                    ? ""
                    : ",\"Devices\":[{\"Vendor\":\"nvidia\",\"Type\":\"gpu\",\"Name\":\"%s\",\"Instances\":[%s]}]"
                            .formatted(model, instances);
            return BenchNodes.read(NodeSpec.class, """
                    {"ID":"%08x-0000-4000-8000-%012x","Name":"node-%d","Datacenter":"dc1","HTTPAddr":"10.%d.%d.1:4646",
                     "Attributes":{"kernel.name":"linux"},"Drivers":{"docker":{"Detected":true,"Healthy":true}},
                     "NodeResources":{"Cpu":{"CpuShares":%d},"Memory":{"MemoryMB":%d},"Disk":{"DiskMB":1000000}%s}}""".formatted(
                    number * 0x9E3779B1, number, number, number >> 8 & 255, number & 255, cpu, memory, devices));
        }
    }

    /** What one arrival asks for: of GPUs a number of whole ones or a share of one, of certain models or any. */
    record Pod(int cpu, int memory, int gpus, int thousandths, String models) {
        long demand() {
            return (long) gpus * thousandths;
        }

        JobSpec job(int number) {
            String amount = gpus == 1 && thousandths < 1_000
                    ? String.format(Locale.ROOT, "\"Share\":%.3f", thousandths / 1_000.0)
                    : "\"Count\":" + gpus;
            String models = this.models.isEmpty()
                    ? ""
                    : "{\"LTarget\":\"${device.model}\",\"Operand\":\"set_contains_any\",\"RTarget\":\"%s\"}"
                            .formatted(this.models.replace('|', ','));
            String devices = gpus == 0
                    ? ""
                    : ",\"Devices\":[{\"Name\":\"nvidia/gpu\",%s,\"Constraints\":[%s]}]".formatted(amount, models);
            return BenchNodes.read(JobSpec.class, """
                    {"ID":"pod-%d","Type":"service","Datacenters":["dc1"],
                     "TaskGroups":[{"Name":"g","Count":1,"EphemeralDisk":{"SizeMB":10},
                       "Tasks":[{"Name":"t","Driver":"docker","Resources":{"CPU":%d,"MemoryMB":%d%s}}]}]}""".formatted(number, cpu, memory, devices));
        }
    }

    static List<Machine> machines(Path folder) throws IOException {
        var machines = new ArrayList<Machine>();
        for (String[] row : rows(folder.resolve(MACHINES))) {
            machines.add(new Machine(machines.size(), whole(row[1]), whole(row[2]), whole(row[3]), row[4]));
        }
        return machines;
    }

    /** The names of the lists of pods in the folder. */
    static List<String> lists(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith(PODS) && name.endsWith(".csv"))
                    .map(name -> name.substring(PODS.length(), name.length() - ".csv".length()))
                    .sorted()
                    .toList();
        }
    }

    static List<Pod> pods(Path folder, String list) throws IOException {
        return rows(folder.resolve(PODS + list + ".csv")).stream()
                .map(row -> new Pod(
                        whole(row[1]), whole(row[2]), whole(row[3]), whole(row[4]), row.length > 5 ? row[5] : ""))
                .toList();
    }

    /** Pods of the list at random until they ask for so many thousandths of GPUs. */
    static List<Pod> arrivals(List<Pod> list, double demand, long seed) {
        var random = new Random(seed);
        var arrivals = new ArrayList<Pod>();
        double sum = 0;
        while (sum < demand) {
            var pod = list.get(random.nextInt(list.size()));
            arrivals.add(pod);
            sum += pod.demand();
        }
        return arrivals;
    }

    private static List<String[]> rows(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(row -> row.length >= 5)
                .toList();
    }

    private static int whole(String text) {
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }
}
