package dev.steppe.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Clusters and jobs from a seed: small nodes of many kinds, and jobs that ask for more than there is. */
final class Towns {
    private final long seed;
    private final SplittableRandom random;

    Towns(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
    }

    private String pick(String... values) {
        return values[random.nextInt(values.length)];
    }

    /** A node with one or two memory nodes, two host networks, and maybe devices of two kinds. */
    String node(int number) {
        int cores = 2 + 2 * random.nextInt(3);
        var gpus = new ArrayList<String>();
        for (int i = random.nextInt(4); i > 0; i--) {
            gpus.add("{\"ID\":\"gpu-%d\",\"Healthy\":%b,\"Locality\":{\"PciBusID\":\"0\",\"NumaNode\":%d}}"
                    .formatted(i, random.nextInt(5) > 0, i % 2));
        }
        return """
                {"ID":"n%1$03d","Name":"n%1$03d","Datacenter":"%2$s","NodeClass":"%3$s","HTTPAddr":"10.0.0.1:4646",
                 "Attributes":{"kernel.name":"linux","network.modes":"host","rack":"%4$s","version":"%5$s","memory.totalbytes":"%15$d"},
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "HostNetworks":{"back":{"Name":"back","CIDR":"10.1.0.1/24","ReservedPorts":"%16$s"}},
                 "ReservedResources":{"Networks":{"ReservedHostPorts":"20001"}},
                 "NodeResources":{"Cpu":{"CpuShares":%6$d,"TotalCpuCores":%7$d,"ReservableCpuCores":%8$s,
                   "NumaNodes":[{"ID":0,"Cores":%9$s},{"ID":1,"Cores":%10$s}]},
                   "Memory":{"MemoryMB":%11$d},"Disk":{"DiskMB":4000},"MinDynamicPort":20000,"MaxDynamicPort":20004,
                   "Devices":[{"Vendor":"nvidia","Type":"gpu","Name":"%12$s","Instances":[%13$s],
                     "Attributes":{"memory":{"Int":%14$d,"Unit":"GiB"}}}]}}""".formatted(
                        number,
                        pick("dc1", "dc2"),
                        pick("small", "large"),
                        pick("r1", "r2", "r3"),
                        pick("1.2.0", "1.10.1", "2.0.0-beta"),
                        cores * 1000,
                        cores,
                        range(0, cores),
                        range(0, cores / 2),
                        range(cores / 2, cores),
                        1000 + 500 * random.nextInt(4),
                        pick("t4", "a100"),
                        String.join(",", gpus),
                        16 + 24 * random.nextInt(2),
                        1_000_000 + random.nextInt(1_000),
                        number % 2 == 0 ? "443" : "");
    }

    private static List<Integer> range(int from, int to) {
        var numbers = new ArrayList<Integer>();
        for (int i = from; i < to; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    /** A job with one group; asks for ports, cores, devices and places in any mix. */
    String job(int number, int priority) {
        var constraints = new ArrayList<String>();
        if (random.nextInt(4) == 0) {
            constraints.add(constraint("${attr.rack}", pick("=", "!="), pick("r1", "r2")));
        }
        if (random.nextInt(5) == 0) {
            constraints.add(constraint("${attr.version}", "version", ">= 1.3"));
        }
        if (random.nextInt(6) == 0) {
            constraints.add(constraint("", "distinct_hosts", "true"));
        }
        if (random.nextInt(6) == 0) {
            constraints.add(constraint("${attr.rack}", "distinct_property", "2"));
        }
        if (random.nextInt(8) == 0) {
            constraints.add(constraint("${attr.memory.totalbytes}", ">", "1000300"));
        }
        return """
                {"ID":"j%d","Name":"j%d","Type":"%s","Priority":%d,"Datacenters":["%s"],"Constraints":[%s],
                 "Spreads":[%s],"Affinities":[%s],
                 "TaskGroups":[{"Name":"g","Count":%d,"EphemeralDisk":{"SizeMB":%d},"Networks":[{%s}],
                   "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{%s}},
                            {"Name":"side","Driver":"raw_exec","Lifecycle":{"Hook":"prestart","Sidecar":%b},
                             "Resources":{"CPU":100,"MemoryMB":50}}]}]}""".formatted(
                        number,
                        number,
                        pick("service", "service", "batch"),
                        priority,
                        pick("*", "*", "dc1"),
                        String.join(",", constraints),
                        random.nextInt(3) == 0
                                ? "{\"Attribute\":\"%s\",\"Weight\":50}"
                                        .formatted(pick("${attr.rack}", "${attr.rack}", "${node.unique.name}"))
                                : "",
                        switch (random.nextInt(6)) {
                            case 0, 1 -> "{\"LTarget\":\"${node.class}\",\"RTarget\":\"small\",\"Weight\":-30}";
                            case 2 ->
                                "{\"LTarget\":\"${node.unique.name}\",\"Operand\":\"regexp\",\"RTarget\":\"1$\",\"Weight\":40}";
                            default -> "";
                        },
                        1 + random.nextInt(6),
                        100 + random.nextInt(600),
                        ports(),
                        resources(),
                        random.nextBoolean());
    }

    /**
     * A version of a job of any type. What it asks of nodes, and what becomes of it on nodes that fall silent, is the same in all
     * its versions; its count, its environment and how it is updated are not.
     */
    String version(int number, int priority, int version) {
        var fixed = new Towns(seed * 1_000 + number);
        var job = fixed.job(number, priority);
        var type = fixed.pick("service", "service", "service", "batch", "system", "sysbatch");
        var silence = fixed.silence();
        var varying = new Towns((seed * 1_000 + number) * 1_000 + version);
        boolean everywhere = type.startsWith("sys");
        return job.replaceFirst("\"Type\":\"[a-z]+\"", "\"Type\":\"" + type + "\"")
                .replaceFirst(
                        "\"Count\":\\d+",
                        "\"Count\":" + varying.count(type)
                                + (type.endsWith("batch") ? "" : varying.update(everywhere))
                                + (everywhere ? "" : silence))
                .replaceFirst("\"raw_exec\",", "\"raw_exec\",\"Env\":{\"V\":\"" + version % 3 + "\"},");
    }

    private int count(String type) {
        return switch (type) {
            case "system" -> 1;
            case "sysbatch" -> 1 + random.nextInt(2);
            default -> random.nextInt(6);
        };
    }

    private String update(boolean everywhere) {
        int canaries = random.nextBoolean() ? 0 : 1 + random.nextInt(2);
        return ",\"Update\":{\"MaxParallel\":%d,\"Canary\":%d,\"ProgressDeadline\":600000000000}"
                .formatted(random.nextInt(4), everywhere ? 30 * canaries : canaries);
    }

    private String silence() {
        return switch (random.nextInt(5)) {
            case 0, 1 ->
                ",\"Disconnect\":{\"LostAfter\":%d,\"Replace\":%b,\"Reconcile\":\"%s\"}"
                        .formatted(
                                1_000_000_000L * (60 + random.nextInt(600)),
                                random.nextInt(3) > 0,
                                pick("best_score", "keep_original", "keep_replacement", "longest_running"));
            case 2 -> ",\"Disconnect\":{\"StopOnClientAfter\":60000000000}";
            case 3 -> ",\"Disconnect\":{\"Replace\":false}";
            default -> "";
        };
    }

    private static String constraint(String left, String operator, String right) {
        return "{\"LTarget\":\"%s\",\"Operand\":\"%s\",\"RTarget\":\"%s\"}".formatted(left, operator, right);
    }

    private String ports() {
        return switch (random.nextInt(4)) {
            case 0 ->
                "\"ReservedPorts\":[{\"Label\":\"s\",\"Value\":%s,\"HostNetwork\":\"%s\"}]"
                        .formatted(pick("80", "443", "20003"), pick("default", "back"));
            case 1 ->
                "\"DynamicPorts\":[{\"Label\":\"d\",\"HostNetwork\":\"%s\"},{\"Label\":\"e\"}]"
                        .formatted(pick("default", "back"));
            default -> "";
        };
    }

    private String resources() {
        String memory = "\"MemoryMB\":" + (50 + random.nextInt(500));
        String devices = random.nextInt(4) > 0
                ? ""
                : ",\"Devices\":[{\"Name\":\"%s\",%s,\"Constraints\":[%s]}]"
                        .formatted(
                                pick("gpu", "nvidia/gpu", "nvidia/gpu/a100"),
                                pick("\"Count\":1", "\"Count\":2", "\"Share\":0.3", "\"Share\":0.45"),
                                random.nextBoolean() ? constraint("${device.attr.memory}", ">=", "20000 MiB") : "");
        return random.nextInt(3) > 0
                ? "\"CPU\":" + (100 + random.nextInt(1500)) + "," + memory + devices
                : "\"Cores\":%d,%s,\"NUMA\":{\"Affinity\":\"%s\"}%s"
                        .formatted(1 + random.nextInt(3), memory, pick("none", "prefer", "require"), devices);
    }
}
