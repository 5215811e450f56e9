package dev.steppe.client.file;

import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskView;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.HeldDirectory;
import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files of one task as job files name them: below its own directory, or below {@code alloc}. Nothing outside is read or
 * written, whatever links the task has made. Blocking.
 */
public final class TaskFiles {
    /** Longer files are not read into a template. */
    private static final long READ_MAX = 16_000_000;

    private static final String SHARED = "alloc";
    private static final String PRIVATE = "private";

    private final TaskDirectories directories;
    private final TaskView view;
    private final Optional<Account> account;

    /** {@code account} is the user the task runs as; empty when that is the agent's own or another machine's matter. */
    public TaskFiles(TaskDirectories directories, TaskView view, Optional<Account> account) {
        this.directories = directories;
        this.view = view;
        this.account = account;
    }

    /** A place for a file: directories below a root that the task cannot exchange, and a name. */
    public record Place(Path root, List<String> parents, String name) {
        public Path path() {
            return root.resolve(String.join("/", parents)).resolve(name);
        }
    }

    /** Who a file belongs to and what may be done with it. */
    public record Ownership(int permissions, Optional<Integer> uid, Optional<Integer> gid) {}

    /** Writes what a file is to hold. */
    @FunctionalInterface
    public interface Content {
        void to(OutputStream out) throws IOException;
    }

    /** A place named in a job file is outside, or nothing can be there. The message is for the user. */
    public static final class OutsideException extends Exception {
        private static final long serialVersionUID = 1L;

        OutsideException(String message) {
            super(message);
        }
    }

    /** The user the task runs as, where this machine knows it. */
    public Optional<Account> account() {
        return account;
    }

    /** Finds the place of a path as a task sees it, or relative to the task's directory. */
    public Place place(String named) throws OutsideException {
        var rest = new ArrayList<String>();
        Path root = directories.task();
        Path path = Path.of(named.isEmpty() ? "." : named);
        var known = List.of(
                new Known(view.local(), directories.task(), "local"),
                new Known(view.secrets(), directories.task(), "secrets"),
                new Known(view.shared(), directories.shared(), ""),
                new Known(directories.shared(), directories.shared(), ""),
                new Known(directories.task(), directories.task(), ""));
        var found = known.stream().filter(it -> path.startsWith(it.seen())).findFirst();
        if (found.isPresent()) {
            root = found.get().root();
            names(found.get().below(), rest);
            names(found.get().seen().relativize(path).toString(), rest);
        } else {
            names(path.toString(), rest);
            if (!rest.isEmpty() && rest.getFirst().equals(SHARED)) {
                root = directories.shared();
                rest.removeFirst();
            }
        }
        if (rest.contains("..")) {
            throw new OutsideException("\"" + named + "\" leads out of the allocation's directory");
        }
        if (root.equals(directories.task())
                && !rest.isEmpty()
                && rest.getFirst().equals(PRIVATE)) {
            throw new OutsideException("\"" + named + "\" is the agent's own");
        }
        if (rest.isEmpty()) {
            throw new OutsideException("\"" + named + "\" is a directory; name a file in it");
        }
        return new Place(root, List.copyOf(rest.subList(0, rest.size() - 1)), rest.getLast());
    }

    private record Known(Path seen, Path root, String below) {}

    private static void names(String path, List<String> into) {
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty() && !name.equals(".")) {
                into.add(name);
            }
        }
    }

    /** The file's content as text. */
    public String read(Place place) throws IOException {
        try (var root = HeldDirectory.hold(place.root());
                var directory = root.enter(place.parents());
                var file = directory.open(place.name())) {
            if (Files.size(HeldDirectory.path(file)) > READ_MAX) {
                throw new IOException(place.path() + " is longer than " + READ_MAX + " bytes");
            }
            return new String(Files.readAllBytes(HeldDirectory.path(file)), StandardCharsets.UTF_8);
        }
    }

    /** The file's content, to be closed. */
    public InputStream stream(Place place) throws IOException {
        try (var root = HeldDirectory.hold(place.root());
                var directory = root.enter(place.parents());
                var file = directory.open(place.name())) {
            return Files.newInputStream(HeldDirectory.path(file));
        }
    }

    /** Makes the directory, or gives the one that is there this ownership. */
    public void makeDirectory(Place place, Ownership ownership) throws IOException {
        try (var root = HeldDirectory.hold(place.root());
                var parent = makeParents(root, place.parents());
                var directory = parent.make(List.of(place.name()))) {
            own(directory.self(), ownership);
        }
    }

    /** Makes a symbolic link instead of any file that is there. Nothing here will ever follow it. */
    public void link(Place place, String target, Ownership ownership) throws IOException {
        try (var root = HeldDirectory.hold(place.root());
                var parent = makeParents(root, place.parents())) {
            Path link = parent.at(place.name());
            if (Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(place.path() + " is a directory");
            }
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of(target));
            give(
                    link,
                    ownership.uid().or(() -> account.map(Account::uid)),
                    ownership.gid().or(() -> account.map(Account::gid)),
                    LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Whether there is something of that name. */
    public boolean exists(Place place) throws IOException {
        try (var root = HeldDirectory.hold(place.root());
                var directory = root.enter(place.parents())) {
            return Files.exists(directory.at(place.name()), LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    /** Puts the content there all at once: a reader sees the old file or the new one. Directories are made. */
    public void write(Place place, String content, Ownership ownership) throws IOException {
        write(place, out -> out.write(content.getBytes(StandardCharsets.UTF_8)), ownership);
    }

    /** The same for what is not held in memory. When the content fails, the old file stays. */
    public void write(Place place, Content content, Ownership ownership) throws IOException {
        try (var root = HeldDirectory.hold(place.root());
                var directory = makeParents(root, place.parents())) {
            Path target = directory.at(place.name());
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(place.path() + " is a directory");
            }
            String fresh = "." + place.name() + ".new";
            Files.deleteIfExists(directory.at(fresh));
            try {
                try (var file = directory.create(fresh);
                        OutputStream out = Files.newOutputStream(HeldDirectory.path(file))) {
                    content.to(out);
                    own(HeldDirectory.path(file), ownership);
                }
                Files.move(directory.at(fresh), target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(directory.at(fresh));
            }
        }
    }

    /** Directories on the way belong to the task, which shall be able to put more into them. */
    private HeldDirectory makeParents(HeldDirectory root, List<String> names) throws IOException {
        var current = root.enter(List.of());
        for (String name : names) {
            try (var parent = current) {
                boolean fresh = !Files.exists(parent.at(name), LinkOption.NOFOLLOW_LINKS);
                current = parent.make(List.of(name));
                if (fresh) {
                    give(current.self(), account.map(Account::uid), account.map(Account::gid));
                }
            }
        }
        return current;
    }

    private void own(Path open, Ownership ownership) throws IOException {
        boolean given = ownership.uid().isPresent() || ownership.gid().isPresent();
        if (given && !LinuxCalls.isRoot()) {
            throw new IOException("uid and gid need an agent that is root, to give files away; remove them");
        }
        Files.setAttribute(open, "unix:mode", ownership.permissions());
        give(
                open,
                ownership.uid().or(() -> account.map(Account::uid)),
                ownership.gid().or(() -> account.map(Account::gid)));
    }

    private static void give(Path open, Optional<Integer> uid, Optional<Integer> gid, LinkOption... links)
            throws IOException {
        if (!LinuxCalls.isRoot()) {
            return;
        }
        if (gid.isPresent()) {
            Files.setAttribute(open, "unix:gid", gid.get(), links);
        }
        if (uid.isPresent()) {
            Files.setAttribute(open, "unix:uid", uid.get(), links);
        }
    }
}
