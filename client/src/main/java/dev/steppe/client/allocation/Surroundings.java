package dev.steppe.client.allocation;

import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskNetwork;
import dev.steppe.model.Allocation;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.TaskGroup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What an allocation has around its tasks, filled in by its hooks. Hooks write it one after the other; the loop and the
 * checks read it at any time.
 */
public final class Surroundings {
    private final Allocation allocation;
    private final JobOrigin origin;
    private volatile JobSpec job;
    private final StopSwitch unwanted = new StopSwitch();
    private volatile Listener listener = (event, message) -> {};
    private final ConcurrentHashMap<String, TaskDirectories> directories = new ConcurrentHashMap<>();
    private final AtomicReference<Optional<TaskNetwork>> network = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<NetworkStatus>> networkStatus = new AtomicReference<>(Optional.empty());

    /** Hears what hooks have to say to people who look at the tasks. */
    @FunctionalInterface
    interface Listener {
        void told(String event, String message);
    }

    /** Of a job that a user registered. */
    public Surroundings(Allocation allocation, JobSpec job) {
        this(allocation, job, JobOrigin.NONE);
    }

    public Surroundings(Allocation allocation, JobSpec job, JobOrigin origin) {
        this.allocation = allocation;
        this.job = job;
        this.origin = origin;
    }

    public Allocation allocation() {
        return allocation;
    }

    public JobSpec job() {
        return job;
    }

    /** Where the job comes from. */
    public JobOrigin origin() {
        return origin;
    }

    void listenedBy(Listener told) {
        listener = told;
    }

    /** Says something that becomes an event of each task. From any thread. */
    public void tell(String event, String message) {
        listener.told(event, message);
    }

    /** It is to end: what is still prepared for it is in vain. */
    void unwanted() {
        unwanted.turnOn();
    }

    /** True once it is to end. */
    public boolean isUnwanted() {
        return unwanted.isOn();
    }

    /** Waits until it is to end, at most this long; true when it is. */
    public boolean awaitUnwanted(Duration atMost) throws InterruptedException {
        return unwanted.await(atMost);
    }

    /** A version of the job that running tasks take over as they are. */
    void goOnWith(JobSpec newer) {
        job = newer;
    }

    public TaskGroup group() {
        return job.group(allocation.taskGroup()).orElseThrow();
    }

    public void directories(String task, TaskDirectories given) {
        directories.put(task, given);
    }

    public Optional<TaskDirectories> directories(String task) {
        return Optional.ofNullable(directories.get(task));
    }

    /** The network of its own, and what the API shows of it. */
    public void network(TaskNetwork given, NetworkStatus status) {
        network.set(Optional.of(given));
        networkStatus.set(Optional.of(status));
    }

    /** Empty when the allocation uses the node's network. */
    public Optional<TaskNetwork> network() {
        return network.get();
    }

    public Optional<NetworkStatus> networkStatus() {
        return networkStatus.get();
    }
}
