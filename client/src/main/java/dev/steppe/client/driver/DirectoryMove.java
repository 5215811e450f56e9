package dev.steppe.client.driver;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves the data of an ended allocation into the directories of the one that replaces it and gives it to that one's
 * user. Nothing is copied, and nothing that the new one has already is replaced. Blocking; idempotent, also after a crash
 * in the middle.
 */
public final class DirectoryMove {
    private final AllocationDirectory from;
    private final AllocationDirectory to;

    public DirectoryMove(AllocationDirectory from, AllocationDirectory to) {
        this.from = from;
        this.to = to;
    }

    /** Moves what the tasks share as data and what is local to each of these tasks; answers what was moved. */
    public List<String> move(List<String> tasks) throws IOException {
        var moved = new ArrayList<String>();
        move(from.shared().resolve("data"), to.shared().resolve("data"), moved);
        for (String task : tasks) {
            move(from.task(task).local(), to.task(task).local(), moved);
        }
        return moved;
    }

    private void move(Path old, Path place, List<String> moved) throws IOException {
        if (Files.isDirectory(old, LinkOption.NOFOLLOW_LINKS) && isEmpty(place)) {
            var attributes = Files.readAttributes(place, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
            Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
            moved.add(to.path().relativize(place).toString());
            if (LinuxCalls.isRoot()) {
                for (String name : List.of("uid", "gid")) {
                    Files.setAttribute(place, "unix:" + name, attributes.get(name), LinkOption.NOFOLLOW_LINKS);
                }
            }
            Files.setAttribute(place, "unix:mode", attributes.get("mode"), LinkOption.NOFOLLOW_LINKS);
        }
        handOver(place);
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    /** What belonged to the old allocation's user belongs to the new one's; files of other users stay theirs. */
    private void handOver(Path place) throws IOException {
        var before = AllocationDirectory.ownerOf(from.path());
        var now = AllocationDirectory.ownerOf(to.path());
        if (before.isPresent() && now.isPresent() && !before.equals(now)) {
            Files.walkFileTree(place, new NewOwner(before.get(), now.get()));
        }
    }

    private static final class NewOwner extends SimpleFileVisitor<Path> {
        private final Account before;
        private final Account now;

        NewOwner(Account before, Account now) {
            this.before = before;
            this.now = now;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            give(directory);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            give(file);
            return FileVisitResult.CONTINUE;
        }

        private void give(Path path) throws IOException {
            if (number(path, "unix:gid") == before.gid()) {
                Files.setAttribute(path, "unix:gid", now.gid(), LinkOption.NOFOLLOW_LINKS);
            }
            if (number(path, "unix:uid") == before.uid()) {
                Files.setAttribute(path, "unix:uid", now.uid(), LinkOption.NOFOLLOW_LINKS);
            }
        }

        private static int number(Path path, String attribute) throws IOException {
            return (int) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
        }
    }
}
