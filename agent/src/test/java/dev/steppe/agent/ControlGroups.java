package dev.steppe.agent;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The control groups that the machine has now, while others make and remove theirs. */
final class ControlGroups {
    private static final int DEPTH = 4;

    private ControlGroups() {}

    /** Those whose path is one that is asked for. */
    static List<Path> where(Predicate<Path> wanted) throws IOException {
        var found = new ArrayList<Path>();
        Files.walkFileTree(Path.of("/sys/fs/cgroup"), Set.of(), DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path group, BasicFileAttributes attributes) {
                if (wanted.test(group)) {
                    found.add(group);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                // a directory at the greatest depth is told as a file
                if (attributes.isDirectory() && wanted.test(file)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException goneWithItsGroup) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path group, @Nullable IOException goneMeanwhile) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
