package dev.steppe.client.driver;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Gives each allocation an unprivileged user of its own, a number from a range, so that no task can read what belongs to
 * another allocation. The group of the allocation's directory is the memory of it: the number lives exactly as long as the
 * directory, whatever happens to the agent. Callable from any thread.
 */
public final class AllocationUsers {
    private final Path allocations;
    private final Range range;

    public AllocationUsers(Path allocations, Range range) {
        this.allocations = allocations;
        this.range = range;
    }

    /** Numbers of users that no account of the machine has; both ends belong to it. */
    public record Range(int first, int last) {
        public Range {
            if (first < 1 || last < first) {
                throw new IllegalArgumentException("not a range of users: " + first + "-" + last);
            }
        }

        public static Range standard() {
            return new Range(80_000, 89_999);
        }

        private int size() {
            return last - first + 1;
        }
    }

    /** Makes the allocation's directory with its user, the same one each time; without root it has none. */
    public synchronized Optional<Account> claim(AllocationId allocation) throws IOException {
        var directory = new AllocationDirectory(allocations, allocation);
        if (!LinuxCalls.isRoot()) {
            directory.create(Optional.empty());
            return Optional.empty();
        }
        var kept = AllocationDirectory.ownerOf(directory.path());
        var account = kept.isPresent() ? kept.get() : free(allocation);
        directory.create(Optional.of(account));
        return Optional.of(account);
    }

    /** Begins where the allocation's name points to, so that agents of one machine seldom meet. */
    private Account free(AllocationId allocation) throws IOException {
        var taken = new TreeSet<Integer>();
        for (AllocationId each : AllocationDirectory.existing(allocations)) {
            AllocationDirectory.ownerOf(new AllocationDirectory(allocations, each).path())
                    .ifPresent(owner -> taken.add(owner.uid()));
        }
        int begin = Math.floorMod(allocation.value().hashCode(), range.size());
        for (int step = 0; step < range.size(); step++) {
            int number = range.first() + (begin + step) % range.size();
            if (!taken.contains(number) && !isAccount(number)) {
                return of(number);
            }
        }
        throw new IOException("all users from " + range.first() + " to " + range.last()
                + " belong to allocations: let the node's configuration have more with"
                + " client { users { dynamic_user_max = ... } }");
    }

    private static boolean isAccount(int number) throws IOException {
        return Account.find(Integer.toString(number))
                .filter(found -> !found.name().isEmpty())
                .isPresent();
    }

    static Account of(int number) {
        return new Account("", number, number, Path.of("/"));
    }
}
