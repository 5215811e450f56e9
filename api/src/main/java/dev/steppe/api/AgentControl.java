package dev.steppe.api;

import dev.steppe.api.http.Refused;
import java.io.IOException;
import java.util.List;

/** What the API asks of the agent it belongs to. Safe for use from any thread. */
public interface AgentControl {
    /**
     * Reads the configuration again and does what can be done without a new start; one line for each thing that changed.
     * Fails, with nothing changed, where the configuration is wrong; the message says why.
     */
    List<String> reload() throws IOException;

    /**
     * Makes a server known, of this region or of another one, which needs a token as in {@code address#token} where it has
     * another authority. Returns the name of its region.
     */
    String join(String address) throws Refused, IOException, InterruptedException;

    /** The keys that this agent's server has in common with others. */
    GossipKeys keys() throws Refused;

    /** Where the agent listens, what it tells others, and why. */
    List<Listener> listeners();

    /** One thing others can call: where it is bound, what others are told to call, and why that address. */
    record Listener(String name, String bound, String advertised, String why) {}

    /** Of an agent without a configuration of its own. */
    static AgentControl none() {
        return new AgentControl() {
            @Override
            public List<String> reload() throws IOException {
                throw new IOException("this agent was not started from a configuration that can be read again");
            }

            @Override
            public String join(String address) throws Refused {
                throw Refused.unsupported("this agent talks to no others, so it cannot join any");
            }

            @Override
            public GossipKeys keys() throws Refused {
                throw Refused.unsupported("this agent talks to no others, so it shares no keys");
            }

            @Override
            public List<Listener> listeners() {
                return List.of();
            }
        };
    }
}
