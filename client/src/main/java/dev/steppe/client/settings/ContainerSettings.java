package dev.steppe.client.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a node says in {@code plugin "docker"}, besides where the engine is. */
public record ContainerSettings(Permissions permissions, Images images, Containers containers) {

    /**
     * What tasks may ask for beyond an isolated container.
     *
     * @param capabilities what {@code cap_add} may name, in lower case; empty for those that do no harm
     * @param modes by kind ({@code pid}, {@code ipc}, {@code uts}, {@code userns}) the modes that need no privileges
     * @param devices devices of the machine; one that ends in {@code /*} stands for all in that directory
     */
    public record Permissions(
            boolean volumes,
            boolean privileged,
            List<String> capabilities,
            List<String> runtimes,
            SortedMap<String, List<String>> modes,
            List<String> devices) {
        public Permissions {
            capabilities = List.copyOf(capabilities);
            runtimes = List.copyOf(runtimes);
            modes = Collections.unmodifiableSortedMap(new TreeMap<>(modes));
            devices = List.copyOf(devices);
        }

        /** Nothing of the machine. */
        public static Permissions none() {
            return new Permissions(
                    false, false, List.of(), List.of("runc", "nvidia"), Collections.emptySortedMap(), List.of());
        }

        /** The same with these. */
        public Permissions with(boolean volumesToo, boolean privilegedToo) {
            return new Permissions(volumesToo, privilegedToo, capabilities, runtimes, modes, devices);
        }
    }

    /**
     * How images come and go.
     *
     * @param credentials a file as the docker command keeps it
     * @param helper the end of the name of a program {@code docker-credential-...}
     * @param pullWithin how long a pull may take
     * @param activityWithin how long a pull may make no progress
     * @param remove whether images that were pulled for tasks are removed when none uses them
     * @param removeAfter how long they stay first
     */
    public record Images(
            Optional<Path> credentials,
            Optional<String> helper,
            Duration pullWithin,
            Duration activityWithin,
            boolean remove,
            Duration removeAfter) {
        public static Images standard() {
            return new Images(
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(2),
                    true,
                    Duration.ofMinutes(3));
        }
    }

    /**
     * What all containers have.
     *
     * @param labels which facts become labels, such as {@code job_name} or {@code task*}
     * @param logging what the engine does with the output; empty for files that are copied from
     * @param processesMax what a task may ask for at most, and has unless it asks
     * @param collectingLogs whether the output is copied into the files of the task
     * @param remove whether a container is removed when its task has ended
     * @param graphicsRuntime the engine's runtime for tasks that have been given NVIDIA devices; empty for the usual one
     */
    public record Containers(
            List<String> labels,
            Optional<Logging> logging,
            OptionalLong processesMax,
            int oomScoreAdjustment,
            boolean collectingLogs,
            boolean remove,
            String selinuxLabel,
            String graphicsRuntime) {
        public Containers {
            labels = List.copyOf(labels);
        }

        public static Containers standard() {
            return new Containers(List.of(), Optional.empty(), OptionalLong.empty(), 0, true, true, "", "nvidia");
        }
    }

    /** A logging driver of the engine with its options. */
    public record Logging(String type, SortedMap<String, String> options) {
        public Logging {
            options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        }
    }

    /** A node that gives nothing of itself. */
    public static ContainerSettings standard() {
        return new ContainerSettings(Permissions.none(), Images.standard(), Containers.standard());
    }

    /** The same with these permissions. */
    public ContainerSettings with(Permissions others) {
        return new ContainerSettings(others, images, containers);
    }

    /** The same with these images. */
    public ContainerSettings with(Images others) {
        return new ContainerSettings(permissions, others, containers);
    }
}
