package dev.steppe.agent.configuration;

import java.util.Optional;

/** Words that both dialects have for one thing. For one thread. */
record Both(Written nomad, Written consul, Findings findings) {
    /** A word of both dialects that has to be the same in both. */
    <T> Optional<T> same(String inNomad, String inConsul, Reading<T> reading) {
        var one = nomad.value(inNomad, reading);
        var other = consul.value(inConsul, reading);
        if (one.isPresent() && other.isPresent() && !one.equals(other)) {
            nomad.setting(inNomad)
                    .ifPresent(first -> consul.setting(inConsul)
                            .ifPresent(second -> findings.wrong(
                                    second.place(),
                                    "Two values for one thing: \"" + second.path() + "\" is " + other.get()
                                            + " here, and \"" + first.path() + "\" is " + one.get() + " in "
                                            + first.where(),
                                    "One agent has one of each: write the same in both, or remove one.")));
        }
        return one.or(() -> other);
    }

    /** A word of both dialects of which Nomad's counts. */
    <T> Optional<T> first(String inNomad, String inConsul, Reading<T> reading) {
        var one = nomad.value(inNomad, reading);
        var other = consul.value(inConsul, reading);
        if (one.isPresent() && other.isPresent() && !one.equals(other)) {
            nomad.setting(inNomad)
                    .ifPresent(counts -> consul.setting(inConsul)
                            .ifPresent(second -> findings.notice(
                                    second.place(),
                                    "\"" + second.path() + "\" is not used: \"" + counts.path() + "\" in "
                                            + counts.where() + " counts",
                                    "")));
        }
        return one.or(() -> other);
    }
}
