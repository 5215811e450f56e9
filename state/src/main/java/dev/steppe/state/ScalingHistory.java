package dev.steppe.state;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.ScalingEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was said about the counts of a job's groups, newest first; the newest few of each group. */
public record ScalingHistory(String namespace, JobId job, SortedMap<String, List<ScalingEvent>> events) {
    private static final int KEPT = 20;

    static ScalingHistory none(JobKey job) {
        return new ScalingHistory(job.namespace(), job.id(), Collections.emptySortedMap());
    }

    public JobKey key() {
        return new JobKey(namespace, job);
    }

    /** The events of a group, newest first. */
    public List<ScalingEvent> of(String group) {
        return events.getOrDefault(group, List.of());
    }

    ScalingHistory with(String group, ScalingEvent event) {
        var newest = new ArrayList<ScalingEvent>();
        newest.add(event);
        newest.addAll(of(group));
        var all = new TreeMap<>(events);
        all.put(group, List.copyOf(newest.subList(0, Math.min(KEPT, newest.size()))));
        return new ScalingHistory(namespace, job, Collections.unmodifiableSortedMap(all));
    }
}
