package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.state.NodeKind;
import java.util.Optional;

/** The left or right side of a condition, resolved for a node: {@code ${attr.kernel.name}} or plain text. */
final class Target {
    private static final String ATTRIBUTE = "${attr.";

    private Target() {}

    /** True for text that is the same for every node. */
    static boolean isPlain(String text) {
        return !text.startsWith("${") || !text.endsWith("}");
    }

    /** True for text whose value may be another one for each node, however alike they are. */
    static boolean isOwn(String text) {
        return !isPlain(text)
                && (text.contains("unique.")
                        || text.startsWith(ATTRIBUTE)
                                && NodeKind.isOwn(text.substring(ATTRIBUTE.length(), text.length() - 1)));
    }

    /** The text for a job of a region, whose nodes are all there. */
    static String inRegion(String text, String region) {
        return text.equals("${node.region}") ? region : text;
    }

    /** The value for this node; empty when the node does not have it. The region is a job's to say. */
    static Optional<String> resolve(String text, Node node) {
        if (isPlain(text)) {
            return Optional.of(text);
        }
        String name = text.substring(2, text.length() - 1);
        var spec = node.spec();
        if (name.startsWith("attr.")) {
            return Optional.ofNullable(spec.attributes().get(name.substring("attr.".length())));
        }
        if (name.startsWith("meta.")) {
            return Optional.ofNullable(spec.meta().get(name.substring("meta.".length())));
        }
        return switch (name) {
            case "node.unique.id" -> Optional.of(spec.id().value());
            case "node.unique.name" -> Optional.of(spec.name());
            case "node.datacenter" -> Optional.of(spec.datacenter());
            case "node.class" -> Optional.of(spec.nodeClass());
            case "node.pool" -> Optional.of(spec.nodePool());
            default -> Optional.empty();
        };
    }
}
