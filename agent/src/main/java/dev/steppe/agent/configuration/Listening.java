package dev.steppe.agent.configuration;

import java.util.List;
import java.util.Optional;

/**
 * Where an agent listens and what address others are told, as written: addresses or templates of some.
 *
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
    /** Nobody is asked who they are yet, so others reach an agent only where its configuration says so. */
    static final String STANDARD = "127.0.0.1";

    public Listening {
        nomad = List.copyOf(nomad);
        consul = List.copyOf(consul);
        consulTls = List.copyOf(consulTls);
        names = List.copyOf(names);
        agents = List.copyOf(agents);
    }
}
