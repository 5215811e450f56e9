package dev.steppe.io.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** A user of this machine, from /etc/passwd. */
public record Account(String name, int uid, int gid, Path home) {
    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final Path GROUP = Path.of("/etc/group");

    /** Finds an account by name or by number; a number without an account gets the group of the same number. */
    public static Optional<Account> find(String nameOrNumber) throws IOException {
        boolean numeric = !nameOrNumber.isEmpty() && nameOrNumber.chars().allMatch(c -> c >= '0' && c <= '9');
        for (String line : Files.readAllLines(PASSWD, StandardCharsets.UTF_8)) {
            var fields = line.split(":", -1);
            if (fields.length >= 6 && fields[numeric ? 2 : 0].equals(nameOrNumber)) {
                return Optional.of(new Account(
                        fields[0], Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), Path.of(fields[5])));
            }
        }
        if (!numeric || nameOrNumber.length() > 9) {
            return Optional.empty();
        }
        int number = Integer.parseInt(nameOrNumber);
        return Optional.of(new Account("", number, number, Path.of("/")));
    }

    /** The further groups this machine puts the account in. */
    public SortedSet<Integer> groups() throws IOException {
        var groups = new TreeSet<Integer>();
        if (name.isEmpty() || !Files.isReadable(GROUP)) {
            return groups;
        }
        for (String line : Files.readAllLines(GROUP, StandardCharsets.UTF_8)) {
            var fields = line.split(":", -1);
            if (fields.length >= 4 && List.of(fields[3].split(",", -1)).contains(name)) {
                groups.add(Integer.parseInt(fields[2]));
            }
        }
        return groups;
    }
}
