package dev.steppe.consensus;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a member takes part.
 *
 * @param directory this member's own directory; made if absent
 * @param self this member, with the address under which others reach it
 * @param founders the members that begin the log, this one among them; nobody, when this member waits to be taken into a
 *     log that exists. Later starts follow the membership in the log itself
 * @param listen where this member listens, if not at its address
 * @param tls identities for the traffic between members; without it the traffic is plain
 */
public record ConsensusOptions(
        Path directory,
        Member self,
        List<Member> founders,
        Optional<Member.Address> listen,
        Optional<ConsensusTls> tls,
        ConsensusLimits limits) {
    public ConsensusOptions {
        founders = List.copyOf(founders);
        var id = self.id();
        var own = founders.stream().filter(member -> member.id().equals(id)).count();
        if (!founders.isEmpty() && own != 1) {
            throw new IllegalArgumentException(
                    "member " + id + " must be listed once, but is listed " + own + " times");
        }
        if (founders.stream().map(Member::id).distinct().count() != founders.size()) {
            throw new IllegalArgumentException("member ids must differ: " + founders);
        }
        for (var member : founders) {
            if (founders.size() > 1 && member.address().isEmpty()) {
                throw new IllegalArgumentException("member " + member.id() + " needs an address, others must reach it");
            }
        }
        if (founders.isEmpty() && self.address().isEmpty()) {
            throw new IllegalArgumentException("member " + id + " needs an address to be taken in");
        }
    }

    /** A log of one member, without a port. */
    public static ConsensusOptions alone(Path directory) {
        return alone(directory, new MemberId("alone"));
    }

    /** A log of one member of that name, without a port. */
    public static ConsensusOptions alone(Path directory, MemberId id) {
        var self = Member.alone(id);
        return new ConsensusOptions(
                directory, self, List.of(self), Optional.empty(), Optional.empty(), ConsensusLimits.defaults());
    }

    /** A member that begins a log others can be taken into. */
    public static ConsensusOptions founding(Path directory, Member self, Optional<ConsensusTls> tls) {
        return new ConsensusOptions(directory, self, List.of(self), Optional.empty(), tls, ConsensusLimits.defaults());
    }

    /** A member that waits until a leader takes it in. */
    public static ConsensusOptions joining(Path directory, Member self, Optional<ConsensusTls> tls) {
        return new ConsensusOptions(directory, self, List.of(), Optional.empty(), tls, ConsensusLimits.defaults());
    }

    /** The same with other limits. */
    public ConsensusOptions withLimits(ConsensusLimits other) {
        return new ConsensusOptions(directory, self, founders, listen, tls, other);
    }

    /** The same, listening elsewhere than at the address others are told. */
    public ConsensusOptions listeningAt(Member.Address address) {
        return new ConsensusOptions(directory, self, founders, Optional.of(address), tls, limits);
    }

    /** True if no other member can ever reach this one, so that no transport is needed. */
    boolean needsNoTransport() {
        return self.address().isEmpty();
    }
}
