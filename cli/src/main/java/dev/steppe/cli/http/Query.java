package dev.steppe.cli.http;

import java.nio.charset.StandardCharsets;

/** The parameters of a request, in the order they were added. Not for use by more than one thread. */
public final class Query {
    private final StringBuilder built = new StringBuilder();
    private long waitSeconds;

    public static Query none() {
        return new Query();
    }

    public static Query of(String name, String value) {
        return new Query().and(name, value);
    }

    public Query and(String name, String value) {
        built.append(built.isEmpty() ? '?' : '&')
                .append(encode(name))
                .append('=')
                .append(encode(value));
        return this;
    }

    /** Adds the parameter only if it says something. */
    public Query andIf(boolean wanted, String name, String value) {
        return wanted ? and(name, value) : this;
    }

    /** Asks the agent to answer only once its index has passed this one, at most after the given time. */
    public Query after(long index, long waitSecondsMax) {
        waitSeconds = waitSecondsMax;
        return and("index", Long.toString(index)).and("wait", waitSecondsMax + "s");
    }

    boolean names(String name) {
        return built.indexOf("?" + name + "=") >= 0 || built.indexOf("&" + name + "=") >= 0;
    }

    /** How long the agent may hold the answer back. */
    long waitSeconds() {
        return waitSeconds;
    }

    @Override
    public String toString() {
        return built.toString();
    }

    /** Percent-encodes everything but the unreserved characters, so that an id with a slash stays one path segment. */
    public static String encode(String text) {
        var encoded = new StringBuilder();
        for (var octet : text.getBytes(StandardCharsets.UTF_8)) {
            var plain = octet >= 'a' && octet <= 'z'
                    || octet >= 'A' && octet <= 'Z'
                    || octet >= '0' && octet <= '9'
                    || octet == '-'
                    || octet == '_'
                    || octet == '.'
                    || octet == '~';
            if (plain) {
                encoded.append((char) octet);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
            }
        }
        return encoded.toString();
    }
}
