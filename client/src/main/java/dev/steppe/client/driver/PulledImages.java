package dev.steppe.client.driver;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which images were pulled for tasks, and which containers use them. What was pulled is remembered in a file, so that a
 * later agent can remove it; images that were there before are nobody's to remove. Safe for use from any thread.
 */
final class PulledImages {
    private static final System.Logger LOG = System.getLogger(PulledImages.class.getName());

    private final Optional<Path> file;
    /** Names and ids of what was pulled; an id stands alone when its name has moved to a newer image. */
    private final SortedMap<String, String> pulled = new TreeMap<>();

    private final SortedMap<String, SortedSet<String>> users = new TreeMap<>();
    private final SortedMap<String, Long> idleSinceNanos = new TreeMap<>();

    private PulledImages(Optional<Path> file) {
        this.file = file;
    }

    static PulledImages open(Optional<Path> file) {
        var images = new PulledImages(file);
        file.ifPresent(images::read);
        return images;
    }

    private void read(Path from) {
        var values = new Properties();
        try (var reader = Files.newBufferedReader(from)) {
            values.load(reader);
            values.stringPropertyNames().forEach(name -> pulled.put(name, values.getProperty(name, "")));
        } catch (NoSuchFileException first) {
            // nothing was pulled yet
        } catch (IOException | IllegalArgumentException unreadable) {
            LOG.log(
                    Level.WARNING,
                    "what was pulled is not known any more, it is never removed file=" + from,
                    unreadable);
        }
    }

    synchronized boolean isPulled(String name) {
        return pulled.containsKey(name);
    }

    /** Remembers a pull; an older image that had the name before is left without one and can go. */
    synchronized void add(String name, String id) throws IOException {
        var before = pulled.put(name, id);
        if (before != null && !before.isEmpty() && !before.equals(id) && !pulled.containsValue(before)) {
            pulled.put(before, before);
            // Containers that run on it keep it: the engine refuses its removal.
        }
        idleSinceNanos.remove(name);
        save();
    }

    synchronized void use(String name, String container) {
        users.computeIfAbsent(name, key -> new TreeSet<>()).add(container);
        idleSinceNanos.remove(name);
    }

    synchronized void release(String container) {
        users.values().removeIf(containers -> containers.remove(container) && containers.isEmpty());
    }

    /** What nobody has used for at least this long, as far as this agent knows. */
    synchronized List<String> idle(Duration atLeast) {
        long nowNanos = System.nanoTime();
        var idle = new ArrayList<String>();
        for (String name : pulled.keySet()) {
            if (users.containsKey(name)) {
                continue;
            }
            long since = idleSinceNanos.computeIfAbsent(name, first -> nowNanos);
            if (nowNanos - since >= atLeast.toNanos()) {
                idle.add(name);
            }
        }
        return idle;
    }

    /** Somebody else uses it: it has to be idle anew. */
    synchronized void stillUsed(String name) {
        idleSinceNanos.remove(name);
    }

    synchronized void forget(String name) throws IOException {
        pulled.remove(name);
        idleSinceNanos.remove(name);
        save();
    }

    private void save() throws IOException {
        if (file.isEmpty()) {
            return;
        }
        var values = new Properties();
        values.putAll(pulled);
        var fresh = file.get().resolveSibling(file.get().getFileName() + ".new");
        try (var writer = Files.newBufferedWriter(fresh)) {
            values.store(writer, null);
        }
        Files.move(fresh, file.get(), StandardCopyOption.ATOMIC_MOVE);
    }
}
