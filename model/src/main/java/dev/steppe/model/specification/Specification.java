package dev.steppe.model.specification;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one table of what Steppe does with each field of the job specification. Warnings of job files, refusals of the
 * server and {@code docs/job-specification.md} all come from it.
 */
public final class Specification {
    private static final Map<Class<?>, Block> BLOCKS = blocksByType();

    private Specification() {}

    private static Map<Class<?>, Block> blocksByType() {
        Map<Class<?>, Block> byType = new LinkedHashMap<>();
        List<Block> all = new ArrayList<>(JobFields.blocks());
        all.addAll(TaskFields.blocks());
        all.addAll(ServiceFields.blocks());
        all.addAll(MeshFields.blocks());
        for (Block block : all) {
            if (byType.put(block.type(), block) != null) {
                throw new IllegalStateException(block.type() + " stands in the table twice");
            }
        }
        return Collections.unmodifiableMap(byType);
    }

    /** All blocks, outer ones first. */
    public static List<Block> blocks() {
        return List.copyOf(BLOCKS.values());
    }

    /** Whether values of this class are blocks; ids and the like are not. */
    static boolean knows(Class<?> type) {
        return BLOCKS.containsKey(type);
    }

    /** The block that fills the record. */
    public static Block block(Class<?> type) {
        return Optional.ofNullable(BLOCKS.get(type))
                .orElseThrow(
                        () -> new IllegalStateException(type + " does not stand in the table of the specification"));
    }
}
