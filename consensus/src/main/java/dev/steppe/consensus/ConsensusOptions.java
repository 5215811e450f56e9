package dev.steppe.consensus;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a member takes part.
 *
 * @param directory this member's own directory; made if absent
 * @param self this member, one of {@code members}
 * @param members the members that start the log; later starts follow the membership in the log itself
 * @param tls identities for the traffic between members; without it the traffic is plain
 */
public record ConsensusOptions(
        Path directory, MemberId self, List<Member> members, Optional<ConsensusTls> tls, ConsensusLimits limits) {
    public ConsensusOptions {
        members = List.copyOf(members);
        var own = members.stream().filter(member -> member.id().equals(self)).count();
        if (own != 1) {
            throw new IllegalArgumentException(
                    "member " + self + " must be listed once, but is listed " + own + " times");
        }
        if (members.stream().map(Member::id).distinct().count() != members.size()) {
            throw new IllegalArgumentException("member ids must differ: " + members);
        }
        for (var member : members) {
            if (members.size() > 1 && member.address().isEmpty()) {
                throw new IllegalArgumentException("member " + member.id() + " needs an address, others must reach it");
            }
        }
    }

    /** A log of one member, without a port. */
    public static ConsensusOptions alone(Path directory) {
        var id = new MemberId("alone");
        return new ConsensusOptions(
                directory, id, List.of(Member.alone(id)), Optional.empty(), ConsensusLimits.defaults());
    }

    /** The same with other limits. */
    public ConsensusOptions withLimits(ConsensusLimits other) {
        return new ConsensusOptions(directory, self, members, tls, other);
    }

    /** True if no other member can ever reach this one, so that no transport is needed. */
    boolean needsNoTransport() {
        return members.size() == 1 && members.getFirst().address().isEmpty();
    }
}
