package dev.steppe.client.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskControl;
import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskView;
import dev.steppe.client.file.TaskFiles;
import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.Allocation;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook on real files, with a real HTTP server on loopback; only the program is played. */
class ArtifactHookTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path temporary;

    private final Map<String, byte[]> content = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Program program = new Program();
    private ArtifactSettings settings = limits(LONG, 0, 0, 0);
    private Optional<Account> account = Optional.empty();
    private TaskDirectories directories;
    private HttpServer server;
    private HttpServer elsewhere;

    private static ArtifactSettings limits(Duration time, long bytes, long unpacked, int files) {
        var usual = ArtifactSettings.standard();
        return new ArtifactSettings(
                time, bytes, LONG, LONG, LONG, LONG, unpacked, files, false, false, List.of(), usual.environment());
    }

    /** Remembers what people are shown. */
    private static final class Program implements TaskControl {
        private final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
        private volatile boolean stopping;

        @Override
        public void restart(Restart why) {
            throw new AssertionError("nothing runs");
        }

        @Override
        public void signal(String signal, String why) {
            throw new AssertionError("nothing runs");
        }

        @Override
        public void run(List<String> command, Duration atMost, Consumer<String> failed) {
            throw new AssertionError("nothing runs");
        }

        @Override
        public void event(String type, String message) {
            events.add(type + ": " + message);
        }

        @Override
        public boolean awaitStop(Duration atMost) {
            return stopping;
        }
    }

    @BeforeEach
    void make() throws IOException {
        assumeTrue(LinuxCalls.isLinux(), "directories are held open the way Linux does it");
        var task = temporary.resolve("web");
        for (String name : new String[] {"local", "secrets", "private"}) {
            Files.createDirectories(task.resolve(name));
        }
        Files.createDirectories(temporary.resolve("alloc"));
        directories = new TaskDirectories(
                task,
                task.resolve("local"),
                task.resolve("tmp"),
                task.resolve("secrets"),
                temporary.resolve("alloc"),
                task.resolve("private/stdout"),
                task.resolve("private/stderr"),
                task.resolve("private/process"));
        server = serve();
        elsewhere = serve();
    }

    @AfterEach
    void close() {
        ending.countDown();
        for (HttpServer each : new HttpServer[] {server, elsewhere}) {
            if (each != null) {
                each.stop(0);
            }
        }
    }

    /** Paths are names of content; {@code /to/} redirects, {@code /slow} never ends, {@code /elsewhere} is another host. */
    private HttpServer serve() throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.setExecutor(task -> Thread.ofVirtual().start(task));
        made.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            var headers = exchange.getRequestHeaders();
            requests.add((made == server ? "" : "elsewhere ") + exchange.getRequestURI() + " "
                    + headers.getFirst("Authorization") + " " + headers.getFirst("X-Token"));
            try (exchange) {
                if (path.equals("/slow")) {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(new byte[10]);
                    exchange.getResponseBody().flush();
                    ending.await();
                } else if (path.startsWith("/to/")) {
                    exchange.getResponseHeaders().add("Location", path.substring(3));
                    exchange.sendResponseHeaders(302, -1);
                } else if (path.equals("/round")) {
                    exchange.getResponseHeaders().add("Location", "/round");
                    exchange.sendResponseHeaders(302, -1);
                } else if (path.startsWith("/elsewhere/")) {
                    exchange.getResponseHeaders().add("Location", address(elsewhere) + path.substring(10));
                    exchange.sendResponseHeaders(302, -1);
                } else if (content.containsKey(path)) {
                    byte[] body = content.get(path);
                    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                } else {
                    exchange.sendResponseHeaders(404, -1);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        made.start();
        return made;
    }

    private static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void offer(String path, String text) {
        content.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    private TaskHook.Prepared prepare(String... artifacts) throws Exception {
        var view = new TaskView(temporary.resolve("alloc"), directories.local(), directories.secrets(), false);
        var hook =
                new ArtifactHook(site -> new TaskFiles(directories, view, account), this::environment, () -> settings);
        return hook.prepare(site(String.join(",", artifacts)));
    }

    private TaskHook.Failure refusal(String... artifacts) {
        return catchThrowableOfType(TaskHook.Failure.class, () -> prepare(artifacts));
    }

    /** An artifact of the server, with more of its fields as JSON. */
    private String artifact(String path, String more) {
        return "{\"GetterSource\":\"" + address(server) + path + "\"" + (more.isEmpty() ? "" : "," + more) + "}";
    }

    private TaskSite site(String artifacts) throws CodecException {
        var job = Codec.fromJson(JobSpec.class, """
                {"ID":"web","Namespace":"default","TaskGroups":[{"Name":"g","Tasks":[
                  {"Name":"web","Driver":"raw_exec","Env":{"VERSION":"7"},"Artifacts":[%s]}]}]}
                """.formatted(artifacts));
        var allocation = Codec.fromJson(
                Allocation.class,
                "{\"ID\":\"0123456789\",\"EvalID\":\"e\",\"NodeID\":\"n1\",\"JobID\":\"web\",\"Name\":\"web.g[0]\","
                        + "\"TaskGroup\":\"g\"}");
        var surroundings = new Surroundings(allocation, job);
        surroundings.directories("web", directories);
        return new TaskSite(surroundings, surroundings.group().tasks().getFirst(), program);
    }

    private TaskEnvironment environment(TaskSite site) {
        try {
            return new TaskEnvironment(
                    Codec.fromJson(NodeSpec.class, "{\"ID\":\"n1\",\"Name\":\"alpha\",\"Datacenter\":\"dc1\"}"),
                    site.surroundings().job(),
                    site.surroundings().allocation(),
                    site.task(),
                    new TaskEnvironment.Given(
                            new TaskEnvironment.Directories(
                                    directories.shared(), directories.local(), directories.secrets()),
                            Optional.empty(),
                            new TreeMap<>(),
                            new TreeMap<>(),
                            Optional.empty()));
        } catch (CodecException mistake) {
            throw new IllegalArgumentException(mistake);
        }
    }

    private Path local(String name) {
        return directories.local().resolve(name);
    }

    private interface Filling {
        void of(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] tgz(Filling filling) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            filling.of(tar);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, int mode, String text) throws IOException {
        var entry = new TarArchiveEntry(name, true);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        entry.setSize(bytes.length);
        entry.setMode(mode);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static void special(TarArchiveOutputStream tar, String name, byte kind, String target) throws IOException {
        var entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    @Test
    void a_file_is_put_where_the_job_says_with_everything_filled_in() throws Exception {
        offer("/app-7.jar", "code");
        var prepared = prepare(
                artifact(
                        "/app-${env.VERSION}.jar",
                        "\"RelativeDest\":\"local/lib\",\"GetterHeaders\":{\"X-Token\":\"t${env.VERSION}\"}"),
                artifact("/app-7.jar", "\"GetterMode\":\"file\",\"RelativeDest\":\"${NOMAD_ALLOC_DIR}/data/it.jar\""),
                artifact("/app-7.jar?filename=other.jar&v=1", ""));
        assertThat(prepared.lasting()).isTrue();
        assertThat(local("lib/app-7.jar")).hasContent("code");
        assertThat(temporary.resolve("alloc/data/it.jar")).hasContent("code");
        assertThat(local("other.jar")).hasContent("code");
        assertThat(requests).containsExactly("/app-7.jar null t7", "/app-7.jar null null", "/app-7.jar?v=1 null null");
        assertThat(program.events).containsExactly("Downloading Artifacts: Client is downloading artifacts");
    }

    @Test
    void a_tar_is_unpacked_with_its_modes_links_and_long_names() throws Exception {
        String deep = "d".repeat(90) + "/" + "e".repeat(90) + "/file";
        content.put("/app.tar.gz", tgz(tar -> {
            add(tar, "./bin/run", 04755, "#!/bin/sh");
            add(tar, deep, 0640, "deep");
            special(tar, "bin/again", TarConstants.LF_SYMLINK, "../bin/run");
            special(tar, "copy", TarConstants.LF_LINK, "bin/run");
        }));
        prepare(artifact("/app.tar.gz", "\"RelativeDest\":\"local/app\""));
        assertThat(local("app/" + deep)).hasContent("deep");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(local("app/bin/run"))))
                .isEqualTo("rwxr-xr-x");
        assertThat((int) Files.getAttribute(local("app/bin/run"), "unix:mode") & 06000)
                .isZero();
        assertThat(local("app/bin/again")).isSymbolicLink().hasContent("#!/bin/sh");
        assertThat(local("app/copy")).isRegularFile().hasContent("#!/bin/sh");
        assertThat(directories.task().resolve("private/artifacts")).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void a_zip_is_unpacked_and_one_compressed_file_loses_its_ending() throws Exception {
        var zipped = new ByteArrayOutputStream();
        try (var zip = new ZipArchiveOutputStream(zipped)) {
            var entry = new ZipArchiveEntry("bin/tool");
            entry.setUnixMode(0100755);
            zip.putArchiveEntry(entry);
            zip.write("tool".getBytes(StandardCharsets.UTF_8));
            zip.closeArchiveEntry();
        }
        content.put("/a.zip", zipped.toByteArray());
        var bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("words".getBytes(StandardCharsets.UTF_8));
        }
        content.put("/words.txt.gz", bytes.toByteArray());
        prepare(
                artifact("/a.zip?filename=unused", "\"GetterMode\":\"dir\""),
                artifact("/words.txt.gz", ""),
                artifact("/a.zip?archive=false", ""));
        assertThat(local("bin/tool")).hasContent("tool").isExecutable();
        assertThat(local("words.txt")).hasContent("words");
        assertThat(local("a.zip")).hasBinaryContent(zipped.toByteArray());
    }

    @Test
    void nothing_of_an_archive_lands_outside() throws Exception {
        var attempts = new ArrayList<Filling>();
        attempts.add(tar -> add(tar, "../escaped", 0644, "x"));
        attempts.add(tar -> add(tar, "/escaped", 0644, "x"));
        attempts.add(tar -> add(tar, "a/../../escaped", 0644, "x"));
        attempts.add(tar -> special(tar, "link", TarConstants.LF_SYMLINK, "/etc/passwd"));
        attempts.add(tar -> special(tar, "link", TarConstants.LF_SYMLINK, "../../private"));
        attempts.add(tar -> special(tar, "link", TarConstants.LF_SYMLINK, "x/../../.."));
        attempts.add(tar -> special(tar, "copy", TarConstants.LF_LINK, "../../private/key"));
        attempts.add(tar -> special(tar, "pipe", TarConstants.LF_FIFO, ""));
        attempts.add(tar -> special(tar, "disk", TarConstants.LF_BLK, ""));
        for (int i = 0; i < attempts.size(); i++) {
            content.put("/bad" + i + ".tgz", tgz(attempts.get(i)));
            var failure = refusal(artifact("/bad" + i + ".tgz", "\"RelativeDest\":\"local/in\""));
            assertThat(failure).as("attempt " + i).hasMessageStartingWith("the archive has a");
            assertThat(failure.event()).isEqualTo("Failed Artifact Download");
        }
        try (var all = Files.walk(temporary)) {
            assertThat(all.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void a_link_that_is_there_already_is_not_followed() throws Exception {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.createSymbolicLink(local("in"), outside);
        Files.createSymbolicLink(local("file"), outside.resolve("file"));
        offer("/file", "text");
        content.put("/a.tgz", tgz(tar -> add(tar, "file", 0644, "x")));
        assertThat(refusal(artifact("/a.tgz", "\"RelativeDest\":\"local/in\"")))
                .hasMessageContaining("symbolic link, which is not followed");
        prepare(artifact("/file", ""));
        assertThat(local("file")).isRegularFile().hasContent("text");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void destinations_outside_and_those_of_the_agent_are_refused() {
        offer("/file", "text");
        assertThat(refusal(artifact("/file", "\"RelativeDest\":\"../x\"")).recoverable())
                .isFalse();
        assertThat(refusal(artifact("/file", "\"RelativeDest\":\"private\""))).hasMessageContaining("the agent's own");
    }

    @Test
    void a_checksum_is_compared_before_anything_is_put_anywhere() throws Exception {
        offer("/a.txt", "text");
        var right = new TreeMap<String, String>();
        for (String type : List.of("MD5", "SHA-1", "SHA-256", "SHA-512")) {
            right.put(
                    type,
                    HexFormat.of().formatHex(MessageDigest.getInstance(type).digest(content.get("/a.txt"))));
        }
        for (var each : right.entrySet()) {
            String checksum = each.getKey().replace("-", "").toLowerCase(java.util.Locale.ROOT) + ":" + each.getValue();
            prepare(artifact("/a.txt?checksum=" + checksum, "\"RelativeDest\":\"local/" + each.getKey() + "\""));
            assertThat(local(each.getKey() + "/a.txt")).hasContent("text");
        }
        offer("/SUMS", right.get("SHA-256").replace('a', 'b') + "  b.txt\n" + right.get("SHA-256") + " *a.txt\n");
        String inFile = "\"GetterOptions\":{\"checksum\":\"file:" + address(server) + "/SUMS\"}";
        prepare(artifact("/a.txt", inFile + ",\"RelativeDest\":\"local/list\""));
        assertThat(local("list/a.txt")).hasContent("text");
        var wrong = refusal(artifact("/a.txt?checksum=sha256:" + "0".repeat(64), "\"RelativeDest\":\"local/wrong\""));
        assertThat(wrong).hasMessageContaining(right.get("SHA-256"));
        assertThat(wrong.recoverable()).isTrue();
        assertThat(local("wrong")).doesNotExist();
    }

    @Test
    void redirects_are_followed_and_take_no_secrets_to_another_host() throws Exception {
        offer("/file", "text");
        String source = address(server).replace("http://", "http://user:pa%40ss@");
        String headers = "\"GetterHeaders\":{\"X-Token\":\"t\"}}";
        prepare(
                "{\"GetterSource\":\"" + source + "/to/file\",\"RelativeDest\":\"local/a\"," + headers,
                "{\"GetterSource\":\"" + source + "/elsewhere/file\",\"RelativeDest\":\"local/b\"," + headers);
        String basic = "Basic dXNlcjpwYUBzcw==";
        assertThat(requests)
                .containsExactly(
                        "/to/file " + basic + " t",
                        "/file " + basic + " t",
                        "/elsewhere/file " + basic + " t",
                        "elsewhere /file null null");
        assertThat(refusal(artifact("/round", ""))).hasMessageContaining("redirected more than 10 times");
    }

    @Test
    void a_failure_says_why_without_secrets_and_is_tried_again() throws Exception {
        String source = address(server).replace("http://", "http://user:hidden@") + "/none?key=hidden";
        var failure = refusal("{\"GetterSource\":\"" + source + "\"}");
        assertThat(failure).hasMessage(address(server) + "/none answered with status 404");
        assertThat(failure.recoverable()).isTrue();
        int port = elsewhere.getAddress().getPort();
        elsewhere.stop(0);
        assertThat(refusal("{\"GetterSource\":\"http://127.0.0.1:" + port + "/x\"}"))
                .hasMessageContaining("nobody answers");
    }

    @Test
    void what_is_there_is_not_fetched_again_and_what_failed_is() throws Exception {
        offer("/one", "1");
        String[] both = {artifact("/one", ""), artifact("/two", "")};
        assertThat(refusal(both)).hasMessageContaining("/two answered with status 404");
        offer("/two", "2");
        // what an agent leaves that is killed in the middle
        Files.writeString(directories.task().resolve("private/artifacts/cut.part"), "half");
        prepare(both);
        prepare(both);
        assertThat(local("two")).hasContent("2");
        assertThat(requests).extracting(it -> it.split(" ", 2)[0]).containsExactly("/one", "/two", "/two");
        assertThat(program.events).hasSize(2);
    }

    @Test
    void one_folder_of_an_archive_lands_without_what_is_around_it() throws Exception {
        content.put("/a.tgz", tgz(tar -> {
            add(tar, "top/README", 0644, "not wanted");
            add(tar, "top/app/run", 0755, "run");
            add(tar, "top/app/lib/one", 0644, "1");
            special(tar, "top/app/link", TarConstants.LF_SYMLINK, "lib/one");
            add(tar, "top/apple", 0644, "not wanted");
        }));
        String source = address(server) + "/a.tgz//top/app?archive=tar.gz";
        prepare("{\"GetterSource\":\"" + source + "\",\"RelativeDest\":\"local/there\"}");
        assertThat(local("there/run")).hasContent("run").isExecutable();
        assertThat(local("there/link")).hasContent("1");
        try (var all = Files.list(local("there"))) {
            assertThat(all.map(it -> it.getFileName().toString())).containsExactlyInAnyOrder("run", "lib", "link");
        }
        assertThat(requests).extracting(it -> it.split(" ", 2)[0]).containsExactly("/a.tgz");
        assertThat(refusal("{\"GetterSource\":\"" + address(server) + "/a.tgz//top/none\"}"))
                .hasMessageContaining("there is no folder \"top/none\" in it");
        assertThat(refusal("{\"GetterSource\":\"" + address(server) + "/file//top\"}"))
                .hasMessageContaining("is one file");
        assertThat(refusal("{\"GetterSource\":\"" + address(server) + "/a.tgz//top/*\"}"))
                .hasMessageContaining("without patterns");
    }

    @Test
    void a_link_that_leads_out_of_the_wanted_folder_is_refused() throws Exception {
        content.put("/a.tgz", tgz(tar -> {
            add(tar, "top/other", 0644, "x");
            special(tar, "top/app/link", TarConstants.LF_SYMLINK, "../other");
        }));
        assertThat(refusal("{\"GetterSource\":\"" + address(server) + "/a.tgz//top/app\"}"))
                .hasMessageContaining("leads out of its folder");
        content.put("/b.tgz", tgz(tar -> {
            add(tar, "top/other", 0644, "x");
            special(tar, "top/app/link", TarConstants.LF_LINK, "top/other");
        }));
        assertThat(refusal("{\"GetterSource\":\"" + address(server) + "/b.tgz//top/app\"}"))
                .hasMessageContaining("shares a file");
    }

    @Test
    void the_files_of_a_commit_belong_to_the_task() throws Exception {
        assumeTrue(dev.steppe.io.process.Tool.find("git").isPresent(), "skipped: git is not installed");
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path repository = temporary.resolve("repositories/app.git");
        GitServer.repository(repository, "main", Map.of("deploy/run", "run", "README", "not wanted"));
        settings = new ArtifactSettings(
                LONG, 0, LONG, LONG, LONG, LONG, 0, 0, false, false, List.of(temporary.toString()), List.of());
        String artifact = "{\"GetterSource\":\"git::file://" + repository + "//deploy?ref=main\"}";
        prepare(artifact);
        assertThat(local("run")).hasContent("run");
        assertThat(local("README")).doesNotExist();
        Files.delete(local("run"));
        prepare(artifact);
        assertThat(local("run")).doesNotExist();
    }

    @Test
    void limits_of_the_node_hold() throws Exception {
        offer("/file", "x".repeat(1000));
        content.put("/a.tgz", tgz(tar -> {
            add(tar, "one", 0644, "x".repeat(600));
            add(tar, "two", 0644, "x".repeat(600));
        }));
        settings = limits(LONG, 999, 0, 0);
        assertThat(refusal(artifact("/file", "")))
                .hasMessageContaining("larger than 999 bytes (client.artifact.http_max_size)");
        settings = limits(LONG, 0, 1000, 0);
        assertThat(refusal(artifact("/a.tgz", ""))).hasMessageContaining("decompression_size_limit");
        assertThat(local("two")).doesNotExist();
        settings = limits(LONG, 0, 0, 1);
        assertThat(refusal(artifact("/a.tgz", ""))).hasMessageContaining("decompression_file_count_limit");
        settings = limits(Duration.ofMillis(300), 0, 0, 0);
        assertThat(refusal(artifact("/slow", ""))).hasMessageContaining("client.artifact.http_read_timeout");
    }

    @Test
    void a_task_that_is_to_end_waits_no_longer() throws Exception {
        program.stopping = true;
        assertThat(prepare(artifact("/slow", "")).lasting()).isFalse();
    }

    @Test
    void files_belong_to_the_user_of_the_task() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "only root gives files away");
        account = Account.find("65534");
        content.put("/a.tgz", tgz(tar -> {
            add(tar, "sub/file", 0600, "x");
            special(tar, "sub/link", TarConstants.LF_SYMLINK, "file");
        }));
        prepare(artifact("/a.tgz", "\"RelativeDest\":\"local/app\",\"Chown\":true"));
        for (String name : List.of("app", "app/sub", "app/sub/file", "app/sub/link")) {
            assertThat(Files.getAttribute(local(name), "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .as(name)
                    .isEqualTo(65534);
        }
    }

    @Test
    void sources_that_cannot_be_fetched_are_refused_with_what_to_do() {
        var advice = Map.of(
                "hg::https://example.com/a", "only those of git",
                "git@github.com:a/b.git", "needs options { sshkey",
                "git::ssh://git@example.com/a.git", "needs options { sshkey",
                "gcs::https://www.googleapis.com/storage/v1/b/o", "signed https:// address",
                "/etc/shadow", "serve the file over HTTP",
                "file:///etc/shadow", "serve the file over HTTP",
                "ftp://example.com/x", "use an http:// or https:// address");
        advice.forEach((source, words) -> {
            var failure = refusal("{\"GetterSource\":\"" + source + "\"}");
            assertThat(failure).as(source).hasMessageContaining(words);
            assertThat(failure.recoverable()).isFalse();
        });
        assertThat(refusal(artifact("/a.tar.xz", ""))).hasMessageContaining("use .tar.gz");
        assertThat(refusal(artifact("/a.txt", "\"GetterMode\":\"dir\""))).hasMessageContaining("mode \"any\"");
        assertThat(requests).isEmpty();
    }
}
