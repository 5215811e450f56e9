package dev.steppe.security.certificate;

import dev.steppe.security.identity.SpiffeId;
import java.util.List;

/** What an agent's certificate says of it: the names that other agents look for, and who it is in the mesh. */
public record AgentSubject(SpiffeId id, List<String> names) {
    public AgentSubject {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a certificate of an agent needs a name, or nobody would accept it");
        }
    }
}
