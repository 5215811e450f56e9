package dev.steppe.mesh.configuration;

/** Where an allocation's loopback is: the node's own network, or a namespace the agent made and named. */
public sealed interface NetworkNamespace {

    /** The node's own network: host networking, and platforms without namespaces. */
    record Host() implements NetworkNamespace {
        @Override
        public String toString() {
            return "host";
        }
    }

    /** A file of this name in the agent's directory of namespaces; the name alone, never a path. */
    record Named(String name) implements NetworkNamespace {
        public static final int NAME_LENGTH_MAX = 63;

        public Named {
            if (!isName(name)) {
                throw new IllegalArgumentException(
                        "'" + name + "' is not a name of a network namespace (letters, digits,"
                                + " dot, dash, underscore, at most " + NAME_LENGTH_MAX + ", not starting with a dot)");
            }
        }

        @Override
        public String toString() {
            return name;
        }

        /** True for text that may name a namespace: one path segment that is no dot file. */
        public static boolean isName(String text) {
            if (text.isEmpty() || text.length() > NAME_LENGTH_MAX || text.charAt(0) == '.') {
                return false;
            }
            return text.chars()
                    .allMatch(c -> (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '.'
                            || c == '-'
                            || c == '_');
        }
    }
}
