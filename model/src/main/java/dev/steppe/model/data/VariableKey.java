package dev.steppe.model.data;

/** Where a variable is: its path within a namespace. */
public record VariableKey(String namespace, String path) implements Comparable<VariableKey> {
    @Override
    public int compareTo(VariableKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : path.compareTo(other.path);
    }

    @Override
    public String toString() {
        return path + " in namespace " + namespace;
    }
}
