package dev.steppe.client.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import dev.steppe.model.RepositorySource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits are fetched by the machine's git from a real server on loopback, and its secrets stay where they belong. */
class RepositoryTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Optional<String> SECRET = Optional.of("me:hid:den");

    @TempDir
    Path temporary;

    private Path repository;
    private ArtifactSettings settings = settings(LONG, 0, List.of());

    private static ArtifactSettings settings(Duration time, long bytes, List<String> paths) {
        return new ArtifactSettings(LONG, bytes, time, LONG, LONG, LONG, 0, 0, false, false, paths, List.of());
    }

    @BeforeEach
    void make() throws IOException {
        assumeTrue(LinuxCalls.isLinux() && Tool.find("git").isPresent(), "skipped: git is not installed");
        // fetching runs as another user, who has to get there
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        repository = temporary.resolve("team/app.git");
    }

    private Map<String, String> fetch(String source, Map<String, String> headers) throws Exception {
        var read = RepositorySource.read(source, Collections.emptySortedMap());
        Path into = temporary.resolve("fetched.tar");
        new Repository(read, settings, Optional.empty(), () -> false).fetch(new TreeMap<>(headers), false, into);
        return files(into);
    }

    private static Map<String, String> files(Path into) throws IOException {
        var files = new TreeMap<String, String>();
        try (var tar = new TarArchiveInputStream(Files.newInputStream(into))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isDirectory()) {
                    files.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return files;
    }

    private FetchException refusal(String source) {
        return catchThrowableOfType(FetchException.class, () -> fetch(source, Map.of()));
    }

    private static List<Path> leftovers() throws IOException {
        try (var found = Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")), "steppe-git-*")) {
            var all = new java.util.ArrayList<Path>();
            found.forEach(all::add);
            return all;
        }
    }

    /** Others on this machine may be fetching too, and take theirs away some time. */
    private static void assertThatNothingIsLeftBeside(List<Path> before) throws IOException {
        long deadline = System.nanoTime() + LONG.toNanos();
        for (var left = leftovers(); !before.containsAll(left); left = leftovers()) {
            assertThat(System.nanoTime()).as("left: " + left).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void a_branch_a_tag_or_a_commit_comes_with_all_its_files_and_nothing_of_git() throws Exception {
        String first = GitServer.repository(
                repository,
                "trunk",
                Map.of("app/run.sh", "one", ".gitattributes", "secret export-ignore\n", "secret", "$Format:%H$"));
        GitServer.git(repository, "tag", "v1");
        GitServer.commit(repository, Map.of("app/run.sh", "two"));
        var before = leftovers();
        try (var server = new GitServer(temporary, Optional.empty())) {
            String source = "git::http://" + server.host() + "/team/app.git";
            assertThat(fetch(source, Map.of())).containsEntry("app/run.sh", "two");
            assertThat(fetch(source + "?ref=trunk", Map.of())).containsEntry("app/run.sh", "two");
            assertThat(fetch(source + "?ref=v1&depth=5", Map.of()))
                    .containsOnlyKeys("app/run.sh", ".gitattributes", "secret")
                    .containsEntry("app/run.sh", "one")
                    .containsEntry("secret", "$Format:%H$");
            assertThat(fetch(source + "?ref=" + first, Map.of())).containsEntry("app/run.sh", "one");
            assertThat(refusal(source + "?ref=v2"))
                    .hasMessageContaining("git could not fetch http://" + server.host() + "/team/app.git at v2: ")
                    .hasMessageContaining("v2");
        }
        assertThatNothingIsLeftBeside(before);
    }

    @Test
    void user_and_password_and_headers_reach_the_server_and_no_message() throws Exception {
        GitServer.repository(repository, "main", Map.of("a/file", "x"));
        try (var server = new GitServer(temporary, SECRET)) {
            assertThat(fetch("git::http://me:hid%3Aden@" + server.host() + "/team/app.git", Map.of("X-Token", "t1")))
                    .containsEntry("a/file", "x");
            assertThat(server.asked).allMatch(asked -> asked.endsWith(" t1"));
            assertThat(refusal("git::http://me:wrong@" + server.host() + "/team/app.git"))
                    .hasMessageContaining("uthentication failed")
                    .hasMessageNotContaining("wrong");
        }
    }

    @Test
    void the_disk_of_the_machine_is_read_where_the_node_allows_it_and_as_nobody() throws Exception {
        GitServer.repository(repository, "main", Map.of("a/file", "x"));
        String source = "git::file://" + repository;
        assertThat(refusal(source)).hasMessageContaining("filesystem_isolation_extra_paths");
        settings = settings(LONG, 0, List.of("d:r:" + temporary.resolve("team")));
        assertThat(fetch(source, Map.of())).containsEntry("a/file", "x");
        assertThat(refusal("git::file://" + temporary.resolve("team/../other.git")))
                .hasMessageContaining("filesystem_isolation_extra_paths");
        assumeTrue(LinuxCalls.isRoot(), "only root is somebody else while fetching");
        Files.setPosixFilePermissions(repository, PosixFilePermissions.fromString("rwx------"));
        assertThat(refusal(source)).hasMessageContaining("git could not fetch");
    }

    @Test
    void a_repository_comes_over_ssh_with_the_key_of_the_job_as_a_user_that_no_account_has() throws Exception {
        assumeTrue(SshServer.isPossible(), "skipped: sshd is not installed, or this is not root");
        GitServer.repository(repository, "main", Map.of("a/file", "x"));
        try (var server = new SshServer(temporary)) {
            var source = "git::ssh://root@127.0.0.1:" + server.port() + repository;
            assertThat(overSsh(source, server.key(), true)).containsEntry("a/file", "x");
            assertThat(catchThrowableOfType(FetchException.class, () -> overSsh(source, server.key(), false)))
                    .hasMessageContaining("the host's key is not among those in /etc/ssh/ssh_known_hosts");
            assertThat(catchThrowableOfType(FetchException.class, () -> overSsh(source, server.otherKey(), true)))
                    .hasMessageContaining("ermission denied");
        }
    }

    private Map<String, String> overSsh(String source, String key, boolean insecure) throws Exception {
        var read = RepositorySource.read(source, new TreeMap<>(Map.of("sshkey", key)));
        Path into = temporary.resolve("fetched.tar");
        new Repository(read, settings, Optional.of(new Account("", 80_123, 80_123, Path.of("/"))), () -> false)
                .fetch(Collections.emptySortedMap(), insecure, into);
        return files(into);
    }

    @Test
    void limits_of_the_node_hold_and_a_task_that_is_to_end_waits_no_longer() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String source = "git::http://127.0.0.1:" + silent.getLocalPort() + "/app.git";
            settings = settings(Duration.ofMillis(500), 0, List.of());
            assertThat(refusal(source)).hasMessageContaining("took longer than 0 s (client.artifact.git_timeout)");
            var read = RepositorySource.read(source, Collections.emptySortedMap());
            settings = settings(LONG, 0, List.of());
            assertThat(catchThrowableOfType(
                            StopWatch.StoppedException.class,
                            () -> new Repository(read, settings, Optional.empty(), () -> true)
                                    .fetch(Collections.emptySortedMap(), false, temporary.resolve("f.tar"))))
                    .isNotNull();
        }
        var random = new StringBuilder();
        new java.util.Random(7).ints(200_000, 33, 126).forEach(it -> random.append((char) it));
        GitServer.repository(repository, "main", Map.of("a/large", random.toString()));
        settings = settings(LONG, 10_240, List.of());
        try (var server = new GitServer(temporary, Optional.empty())) {
            assertThat(refusal("git::http://" + server.host() + "/team/app.git"))
                    .hasMessageContaining("git could not fetch");
        }
    }
}
