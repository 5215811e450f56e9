package dev.steppe.wire.network;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an agent is to others, as its certificate says. A server may also have a node. */
public enum AgentRole {
    SERVER,
    CLIENT;

    /** The role of this word. */
    public static Optional<AgentRole> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /** The word that names of certificates begin with. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
