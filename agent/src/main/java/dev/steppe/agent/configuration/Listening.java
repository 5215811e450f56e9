package dev.steppe.agent.configuration;

import java.util.List;
import java.util.Optional;

/**
 * Where an agent listens and what address others are told, as written: addresses or templates of some.
 *
 * @param agents empty where nobody said: then it depends on whether there are other agents
 * @param advertised the address of this machine that others are told, without a port
 * @param advertisedHttp what others are told to call the Nomad API at, with or without a port
 * @param advertisedRpc what others are told to call this server at, with or without a port
 */
public record Listening(
        List<String> nomad,
        List<String> consul,
        List<String> consulTls,
        List<String> names,
        List<String> agents,
        Optional<String> advertised,
        Optional<String> advertisedHttp,
        Optional<String> advertisedRpc) {
    /** Where callers are not asked who they are, others reach an agent only if its configuration says so. */
    static final String STANDARD = "127.0.0.1";

    /** Where they do. */
    static final String ANYWHERE = "0.0.0.0";

    public Listening {
        nomad = List.copyOf(nomad);
        consul = List.copyOf(consul);
        consulTls = List.copyOf(consulTls);
        names = List.copyOf(names);
        agents = List.copyOf(agents);
    }

    /**
     * The same for an agent that has or has not others to talk to. Among agents both sides always prove who they are, so
     * one that has others is reached by them where nobody said anything else.
     */
    public Listening among(boolean others) {
        return agents.isEmpty()
                ? new Listening(
                        nomad,
                        consul,
                        consulTls,
                        names,
                        List.of(others ? ANYWHERE : STANDARD),
                        advertised,
                        advertisedHttp,
                        advertisedRpc)
                : this;
    }
}
