package dev.steppe.client.driver;

import dev.steppe.client.driver.DockerClient.Json;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How far a pull is, summed up from what the engine reports of each layer. Not thread-safe. */
final class PullReports {
    private static final double MEGABYTE = 1 << 20;

    private final Map<String, Layer> layers = new TreeMap<>();

    private record Layer(String status, long bytes, long totalBytes) {}

    /** Takes a report; true when it tells of progress. */
    boolean take(Object report) {
        var status = Json.text(report, "status");
        if (status.startsWith("Retrying") || status.equals("Waiting")) {
            return false;
        }
        var id = Json.text(report, "id");
        var before = layers.getOrDefault(id, new Layer("", 0, 0));
        long total = Math.max(before.totalBytes(), Json.number(report, "progressDetail", "total"));
        boolean loading = status.equals("Downloading");
        long bytes = loading ? Json.number(report, "progressDetail", "current") : before.bytes();
        boolean loaded = !loading && total > 0;
        var after = new Layer(status, loaded ? total : bytes, total);
        layers.put(id, after);
        return !after.equals(before)
                || (!loading && Json.at(report, "progressDetail", "current").isPresent());
    }

    long bytes() {
        return layers.values().stream().mapToLong(Layer::bytes).sum();
    }

    /** As people read it. */
    @Override
    public String toString() {
        long total = layers.values().stream().mapToLong(Layer::totalBytes).sum();
        return size(bytes()) + " of " + size(total) + " MiB";
    }

    static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / MEGABYTE);
    }
}
