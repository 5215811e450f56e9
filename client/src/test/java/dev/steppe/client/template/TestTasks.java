package dev.steppe.client.template;

import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.model.Allocation;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.Optional;
import java.util.TreeMap;

/** A job with one task, whose templates are given as JSON. */
final class TestTasks {
    private TestTasks() {}

    static Surroundings surroundings(String templates) {
        try {
            var job = Codec.fromJson(JobSpec.class, """
                    {"ID":"web","Namespace":"default","TaskGroups":[{"Name":"g","Tasks":[
                      {"Name":"web","Driver":"raw_exec","Templates":[%s]}]}]}
                    """.formatted(templates));
            var allocation = Codec.fromJson(
                    Allocation.class,
                    "{\"ID\":\"0123456789\",\"EvalID\":\"e\",\"NodeID\":\"n1\",\"JobID\":\"web\",\"Name\":\"web.g[0]\","
                            + "\"TaskGroup\":\"g\"}");
            return new Surroundings(allocation, job);
        } catch (CodecException mistake) {
            throw new IllegalArgumentException(mistake);
        }
    }

    static TaskEnvironment environment(TaskSite site) {
        try {
            var directories = site.directories();
            return new TaskEnvironment(
                    Codec.fromJson(NodeSpec.class, "{\"ID\":\"n1\",\"Name\":\"alpha\",\"Datacenter\":\"dc1\"}"),
                    site.surroundings().job(),
                    site.surroundings().allocation(),
                    site.task(),
                    new TaskEnvironment.Given(
                            new TaskEnvironment.Directories(
                                    directories.shared(), directories.local(), directories.secrets()),
                            Optional.empty(),
                            new TreeMap<>(),
                            new TreeMap<>(),
                            Optional.empty()));
        } catch (CodecException mistake) {
            throw new IllegalArgumentException(mistake);
        }
    }
}
