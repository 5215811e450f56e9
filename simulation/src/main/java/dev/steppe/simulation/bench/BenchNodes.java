package dev.steppe.simulation.bench;

import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Instant;

/** Nodes and jobs of benchmarks: a fleet of like machines in racks, and jobs of many like tasks. */
public final class BenchNodes {
    public static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");

    private BenchNodes() {}

    /** One machine of the fleet: 16 GHz in all and 64 GB, in one of so many racks. */
    public static NodeSpec node(int number, int racks) {
        return read(NodeSpec.class, """
                {"ID":"%08x-0000-4000-8000-%012x","Name":"node-%d","Datacenter":"dc1","HTTPAddr":"10.%d.%d.1:4646","NodeClass":"m1",
                 "Attributes":{"kernel.name":"linux","network.modes":"host,bridge","cpu.arch":"amd64"},"Meta":{"rack":"r%d"},
                 "Drivers":{"docker":{"Detected":true,"Healthy":true},"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":16000},"Memory":{"MemoryMB":65536},"Disk":{"DiskMB":1000000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":32000}}""".formatted(
                        number * 0x9E3779B1, number, number, number >> 8 & 255, number & 255, number % racks));
    }

    /** A batch job of so many tasks of 20 MHz and 64 MB, as the million-container challenges ran them. */
    public static JobSpec job(String id, int count, boolean spread) {
        return read(JobSpec.class, """
                {"ID":"%s","Type":"batch","Datacenters":["dc1"],%s
                 "TaskGroups":[{"Name":"g","Count":%d,"EphemeralDisk":{"SizeMB":10},
                   "Tasks":[{"Name":"t","Driver":"docker","Config":{"image":"redis"},
                    "LogConfig":{"MaxFiles":1,"MaxFileSizeMB":1},"Resources":{"CPU":20,"MemoryMB":64}}]}]}""".formatted(
                        id, spread ? "\"Spreads\":[{\"Attribute\":\"${meta.rack}\",\"Weight\":100}]," : "", count));
    }

    /** Reads a value of that type, which the text must be. */
    public static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException wrong) {
            throw new IllegalArgumentException(json, wrong);
        }
    }
}
