package dev.steppe.agent;

import dev.steppe.api.AccessControl;
import dev.steppe.api.agents.AgentWords;
import dev.steppe.wire.network.AgentCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens of the region, as an agent without a server knows them: it asks a server about each, and believes for half a
 * minute that a token which was there still is.
 */
final class FarTokens implements AccessControl.KnownTokens {
    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final long BELIEVED_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int REMEMBERED_MAX = 1_000;

    private final ClientLinks servers;
    private final ConcurrentHashMap<String, Long> seenNanos = new ConcurrentHashMap<>();

    FarTokens(ClientLinks servers) {
        this.servers = servers;
    }

    @Override
    public boolean contains(String digest) throws IOException, InterruptedException {
        var seen = seenNanos.get(digest);
        if (seen != null && System.nanoTime() - seen < BELIEVED_NANOS) {
            return true;
        }
        seenNanos.remove(digest);
        var call = AgentCalls.Call.put(AgentWords.ACCESS, digest.getBytes(StandardCharsets.US_ASCII));
        boolean known = servers.ask(call, WITHIN).text().strip().equals("true");
        if (known) {
            if (seenNanos.size() >= REMEMBERED_MAX) {
                seenNanos.clear();
            }
            seenNanos.put(digest, System.nanoTime());
        }
        return known;
    }
}
