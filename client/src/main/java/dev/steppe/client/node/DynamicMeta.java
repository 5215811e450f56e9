package dev.steppe.client.node;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Words about the node that were told while it ran, kept in a file so that they outlive the agent. Any thread may ask. */
public final class DynamicMeta {
    private final Path file;
    private SortedMap<String, Optional<String>> told;

    /** As it is kept: a null takes a configured word away. */
    private record Kept(SortedMap<String, Optional<String>> meta) {}

    /** Reads what was told before. */
    public DynamicMeta(Path directory) throws IOException {
        file = directory.resolve("meta.json");
        try {
            told = Files.exists(file)
                    ? Codec.fromJson(Kept.class, Files.readString(file)).meta()
                    : Collections.emptySortedMap();
        } catch (CodecException broken) {
            throw new IOException(
                    file + " is damaged: " + broken.getMessage() + "; remove it to forget what was told about the node",
                    broken);
        }
    }

    /** The words that count beside these of the configuration. */
    public synchronized NodeMeta over(SortedMap<String, String> configured) {
        return NodeMeta.of(configured, told);
    }

    /** Puts words or takes them away; on disk when this returns. */
    public synchronized void change(SortedMap<String, Optional<String>> changes) throws IOException {
        var changed = new TreeMap<>(told);
        changed.putAll(changes);
        Files.createDirectories(file.getParent());
        var draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.writeString(
                draft,
                Codec.toJson(new Kept(changed)),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        told = Collections.unmodifiableSortedMap(changed);
    }
}
