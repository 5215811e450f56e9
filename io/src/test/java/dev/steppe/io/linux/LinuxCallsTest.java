package dev.steppe.io.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.ProcessIdentity.ProcessStat;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that system calls do what they say, only to the thread that made them, and explain refusals. */
class LinuxCallsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void linuxOnly() {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
    }

    @Test
    void a_refused_call_names_call_subject_and_errno() {
        assertThatThrownBy(() -> LinuxCalls.enterNamespace(directory.resolve("none"), LinuxCalls.CLONE_NEWNET))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("open " + directory.resolve("none"))
                .hasMessageContaining("ENOENT");
    }

    @Test
    void a_log_file_is_never_opened_through_a_symbolic_link() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("log"), Path.of("/etc/passwd"));
        assertThatThrownBy(() -> LinuxCalls.openForAppending(link, 0640)).hasMessageContaining("ELOOP");
    }

    @Test
    void this_process_is_recognised_and_another_boot_is_not() throws IOException {
        var self = ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow();
        assertThat(self.isAlive()).isTrue();
        assertThat(ProcessIdentity.parse(self.text())).isEqualTo(self);
        assertThat(new ProcessIdentity(self.pid(), self.startTicks() + 1, self.bootId()).isAlive())
                .isFalse();
        assertThat(new ProcessIdentity(self.pid(), self.startTicks(), "another-boot").isAlive())
                .isFalse();
    }

    @Test
    void a_program_name_with_brackets_does_not_confuse_the_stat_line() {
        var line = "77 (a) b (c)) S 5 6 7 0 -1 1 1 1 1 1 1 1 1 1 20 0 1 0 4711 1 1";
        assertThat(ProcessStat.parse(line)).isEqualTo(new ProcessStat(77, 'S', 5, 6, 7, 4711));
    }

    @Test
    void signals_are_found_by_name_and_number() {
        assertThat(Signal.parse("SIGTERM")).contains(Signal.SIGTERM);
        assertThat(Signal.parse("int")).contains(Signal.SIGINT);
        assertThat(Signal.parse("9")).contains(Signal.SIGKILL);
        assertThat(Signal.parse("SIGNOPE")).isEmpty();
    }

    @Test
    void accounts_are_found_by_name_and_number() throws IOException {
        assertThat(Account.find("root")).map(Account::uid).contains(0);
        assertThat(Account.find("0")).map(Account::name).contains("root");
        assertThat(Account.find("no-such-user")).isEmpty();
        assertThat(Account.find("81234").orElseThrow().groups()).isEmpty();
    }

    @Test
    void only_the_throw_away_thread_enters_the_network_namespace() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        try (var thread = new NamespaceThread()) {
            var namespaces = new NetworkNamespaces(thread, directory.resolve("netns"));
            var file = namespaces.create("one");
            try {
                assertThat(namespaces.exists("one")).isTrue();
                var inside = thread.call(NamespaceThread.Entry.network(file), LinuxCallsTest::interfaces);
                assertThat(inside).containsExactly("lo");
                assertThat(NetworkInterface.getByName("lo").isUp()).isTrue();
            } finally {
                namespaces.delete("one");
                namespaces.removeDirectory();
            }
            assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
        }
    }

    @Test
    void a_bind_is_seen_inside_the_thread_only_and_read_only_reaches_submounts() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        var target = Files.writeString(directory.resolve("target"), "outside");
        var source = Files.writeString(directory.resolve("source"), "inside");
        var view = Files.createDirectory(directory.resolve("view"));
        var entry = new NamespaceThread.Entry(Optional.empty(), List.of(new NamespaceThread.Bind(source, target)));
        try (var thread = new NamespaceThread()) {
            var seen = thread.call(entry, () -> {
                LinuxCalls.bindMount(Path.of("/dev"), view);
                LinuxCalls.makeReadOnlyRecursively(view);
                assertThatThrownBy(() -> Files.writeString(view.resolve("shm/steppe-test"), ""))
                        .isInstanceOf(FileSystemException.class)
                        .hasMessageContaining("Read-only");
                return Files.readString(target);
            });
            assertThat(seen).isEqualTo("inside");
        }
        assertThat(Files.readString(target)).isEqualTo("outside");
        assertThat(view).isEmptyDirectory();
    }

    @Test
    void a_punched_hole_keeps_size_and_later_bytes() throws Exception {
        var file = directory.resolve("log");
        Files.writeString(file, "x".repeat(8192) + "tail");
        try {
            LinuxCalls.punchHole(file, 0, 8192);
        } catch (LinuxException refused) {
            assumeTrue(false, "skipped: the file system cannot punch holes: " + refused.getMessage());
        }
        assertThat(Files.size(file)).isEqualTo(8196);
        assertThat(Files.readString(file)).endsWith("tail").startsWith("\0");
    }

    /** /proc/thread-self shows this thread's namespace whatever the JDK caches. */
    private static List<String> interfaces() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/dev")).stream()
                .filter(line -> line.contains(":"))
                .map(line -> line.substring(0, line.indexOf(':')).trim())
                .toList();
    }
}
