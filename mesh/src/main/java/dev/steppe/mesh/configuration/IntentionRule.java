package dev.steppe.mesh.configuration;

/** One intention: who ({@code *} or a service) may or may not call whom. {@code toString} is the form people read. */
public record IntentionRule(String source, String destination, Action action) {
    public static final String ANY = "*";

    public enum Action {
        ALLOW,
        DENY
    }

    public IntentionRule {
        if (source.isEmpty() || destination.isEmpty()) {
            throw new IllegalArgumentException("an intention needs a source and a destination");
        }
    }

    boolean matchesSource(String service) {
        return source.equals(ANY) || source.equals(service);
    }

    @Override
    public String toString() {
        return source + " -> " + destination + " " + (action == Action.ALLOW ? "allow" : "deny");
    }
}
