package dev.steppe.proxy.report;

import dev.steppe.mesh.configuration.ProxyReport.Refusal;
import dev.steppe.mesh.configuration.ProxyReport.Side;
import dev.steppe.proxy.tunnel.Refused;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last distinct refusals; the one not renewed for longest makes room. Safe for use from any thread. */
public final class RefusalLog {
    private final InstantSource clock;
    private final int capacity;
    private final Map<Key, Refusal> refusals = new LinkedHashMap<>();
    private long sequence;

    public RefusalLog(InstantSource clock, int capacity) {
        this.clock = clock;
        this.capacity = capacity;
    }

    public synchronized void record(Side side, String allocation, Refused refused) {
        var key = new Key(side, allocation, refused);
        Refusal before = refusals.remove(key);
        long count = before == null ? 1 : before.count() + 1;
        if (refusals.size() >= capacity) {
            refusals.remove(refusals.keySet().iterator().next());
        }
        refusals.put(
                key,
                new Refusal(
                        ++sequence,
                        clock.instant(),
                        count,
                        side,
                        refused.cause(),
                        allocation,
                        refused.source(),
                        refused.destination(),
                        refused.rule(),
                        refused.remedy()));
    }

    /** Oldest first. */
    public synchronized List<Refusal> list() {
        return List.copyOf(refusals.values());
    }

    private record Key(Side side, String allocation, Refused refused) {}
}
