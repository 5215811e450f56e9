package dev.steppe.client.driver;

import dev.steppe.io.TaskScope;
import dev.steppe.model.codec.GoDuration;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** One pull of an image, which tells how far it is and is given up when it takes too long or nothing comes any more. */
final class ImagePull {
    private static final Duration LOOK = Duration.ofMillis(100);
    /** The first word of progress; the next ones come after twice the time, since a task keeps few events. */
    private static final Duration TELL_AFTER = Duration.ofSeconds(10);

    private final DockerClient docker;
    private final Wish wish;
    private final StartProgress progress;
    private final AtomicReference<Optional<SocketChannel>> connection = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<DriverException>> givenUp = new AtomicReference<>(Optional.empty());
    private final AtomicLong activeNanos = new AtomicLong(System.nanoTime());
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<String> stand = new AtomicReference<>("nothing received yet");

    /** Which image, with what, and how long it may take and may make no progress. */
    record Wish(String image, SortedMap<String, String> credentials, Duration within, Duration activityWithin) {}

    ImagePull(DockerClient docker, Wish wish, StartProgress progress) {
        this.docker = docker;
        this.wish = wish;
        this.progress = progress;
    }

    /** Returns when the image is here. */
    void run(TaskScope scope) throws IOException, DriverException {
        long beginNanos = System.nanoTime();
        var reports = new PullReports();
        progress.tell("Downloading image " + wish.image());
        scope.startVirtual("pull-" + wish.image(), () -> guard(beginNanos));
        try {
            docker.pull(wish.image(), wish.credentials(), opened -> connection.set(Optional.of(opened)), report -> {
                if (reports.take(report)) {
                    activeNanos.set(System.nanoTime());
                    stand.set(reports.toString());
                }
            });
        } catch (DockerClient.Refused refused) {
            throw PullFailure.of(String.valueOf(refused.getMessage()))
                    .told(wish.image(), String.valueOf(refused.getMessage()));
        } catch (IOException broken) {
            if (givenUp.get().isPresent()) {
                throw givenUp.get().get();
            }
            throw broken;
        } finally {
            ended.set(true);
        }
        if (givenUp.get().isPresent()) {
            throw givenUp.get().get();
        }
        // Of layers that come at once the engine does not tell the size.
        var size = reports.bytes() == 0 ? "" : ": " + PullReports.size(reports.bytes()) + " MiB";
        progress.tell("Downloaded image " + wish.image() + size + " in "
                + GoDuration.format(
                        Duration.ofNanos(System.nanoTime() - beginNanos).truncatedTo(ChronoUnit.MILLIS)));
    }

    private void guard(long beginNanos) {
        long tellNanos = TELL_AFTER.toNanos();
        while (!ended.get()) {
            LockSupport.parkNanos(LOOK.toNanos());
            long nowNanos = System.nanoTime();
            if (nowNanos - beginNanos > tellNanos && !ended.get()) {
                progress.tell("Downloading image " + wish.image() + ": " + stand.get());
                tellNanos *= 2;
            }
            var why = whyGiveUp(nowNanos, beginNanos);
            var open = connection.get();
            if (why.isPresent() && open.isPresent()) {
                givenUp.set(why);
                closeQuietly(open.get());
                return;
            }
            if (Thread.currentThread().isInterrupted()) {
                open.ifPresent(ImagePull::closeQuietly);
                return;
            }
        }
    }

    private Optional<DriverException> whyGiveUp(long nowNanos, long beginNanos) {
        if (progress.isCalledOff()) {
            return Optional.of(DockerImages.calledOff(wish.image()));
        }
        var what = "the pull of image \"" + wish.image() + "\" from registry "
                + RegistryCredentials.registry(wish.image());
        if (nowNanos - activeNanos.get() > wish.activityWithin().toNanos()) {
            return Optional.of(DriverException.failed(what + " made no progress for "
                    + GoDuration.format(wish.activityWithin()) + " (" + stand.get()
                    + "); it is tried again as the restart block says; more time with plugin \"docker\" { config {"
                    + " pull_activity_timeout = \"10m\" } }"));
        }
        return nowNanos - beginNanos > wish.within().toNanos()
                ? Optional.of(DriverException.failed(what + " took longer than " + GoDuration.format(wish.within())
                        + " (" + stand.get()
                        + "); it is tried again, what was received is kept; more time with image_pull_timeout in the"
                        + " task's config"))
                : Optional.empty();
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // was to end anyway
        }
    }
}
