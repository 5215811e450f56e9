package dev.steppe.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The members of a log: a majority of them makes entries durable and elects the leader. */
public record Members(List<Member> all) {
    public Members {
        all = List.copyOf(all);
        if (all.stream().map(Member::id).distinct().count() != all.size()) {
            throw new IllegalArgumentException("member ids must differ: " + all);
        }
    }

    public static Members of(Member... members) {
        return new Members(List.of(members));
    }

    public Optional<Member> find(MemberId id) {
        return all.stream().filter(member -> member.id().equals(id)).findFirst();
    }

    public boolean contains(MemberId id) {
        return find(id).isPresent();
    }

    /** The same and that one, or that one at its new address. */
    public Members with(Member member) {
        var more = new ArrayList<>(without(member.id()).all);
        more.add(member);
        return new Members(more);
    }

    /** The same without that one. */
    public Members without(MemberId id) {
        return new Members(
                all.stream().filter(member -> !member.id().equals(id)).toList());
    }

    /** The same members, that one at its present address. */
    Members at(Member self) {
        return new Members(all.stream()
                .map(member -> member.id().equals(self.id()) ? self : member)
                .toList());
    }
}
