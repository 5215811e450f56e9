package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.JavaChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that Java programs run with a heap that follows the task's memory. */
class JavaDriverTest {
    @TempDir
    Path temporary;

    /** The program that is run. */
    static final class Printer {
        private Printer() {}

        public static void main(String[] arguments) {
            System.out.println(arguments[0] + " " + Runtime.getRuntime().maxMemory() / (1 << 20));
        }
    }

    @Test
    void a_class_runs_with_a_heap_of_three_quarters_of_its_memory() throws Exception {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
        try (var machine = new DriverMachine(temporary)) {
            var driver = new JavaDriver(machine.tasks, JavaDriver.Settings.standard());
            assertThat(driver.fingerprint().attributes()).containsKey("driver.java.version");
            var task = machine.task(
                    "app",
                    new TreeMap<>(Map.of(
                            "class", Printer.class.getName(),
                            "class_path", "local",
                            "jvm_options", List.of("-XX:+UseSerialGC", "-Xshare:auto"),
                            "args", List.of("hello"))));
            var file = Printer.class.getName().replace('.', '/') + ".class";
            var copy = task.directories().local().resolve(file);
            Files.createDirectories(task.directories()
                    .local()
                    .resolve(Printer.class.getPackageName().replace('.', '/')));
            try (var source = Printer.class.getClassLoader().getResourceAsStream(file)) {
                Files.copy(java.util.Objects.requireNonNull(source), copy);
            }
            try (var tree = Files.walk(task.directories().local().resolve("dev"))) {
                for (Path each : tree.toList()) {
                    Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
            var handle = driver.start(task);
            var exit = DriverMachine.exit(driver, handle);
            assertThat(exit.successful())
                    .as(() -> read(task.directories().stderr()))
                    .isTrue();
            var printed = Files.readString(task.directories().stdout()).trim();
            assertThat(printed).startsWith("hello ");
            assertThat(Integer.parseInt(printed.substring(6))).isBetween(85, 96);
            driver.destroy(handle);
        }
    }

    @Test
    void a_heap_chosen_by_the_task_is_left_alone() {
        var directories = new AllocationDirectory(temporary, new dev.steppe.model.AllocationId("a")).task("app");
        var task = new TaskContext(
                new dev.steppe.model.AllocationId("a"),
                "app",
                new TreeMap<>(Map.of("jar_path", "local/app.jar", "jvm_options", List.of("-Xmx64m"))),
                new TreeMap<>(),
                java.util.Optional.empty(),
                directories,
                java.util.Optional.empty(),
                java.util.List.of(),
                TaskResources.of(100, 128),
                java.util.List.of());
        assertThat(JavaDriver.arguments(task)).containsExactly("-Xmx64m", "-jar", "local/app.jar");
    }

    private static String release(String version) {
        return version.split("\\.", 2)[0];
    }

    @Test
    void a_task_runs_on_the_java_it_asks_for_wherever_that_is_installed() throws Exception {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
        try (var machine = new DriverMachine(temporary)) {
            var driver = new JavaDriver(machine.tasks, JavaDriver.Settings.standard());
            var attributes = driver.fingerprint().attributes();
            var versions = attributes.get("driver.java.versions").split(",");
            assertThat(versions[0]).isEqualTo(attributes.get("driver.java.version"));
            assertThat(versions).doesNotHaveDuplicates();
            for (String version : versions) {
                assertThat(Path.of(attributes.get("driver.java.home." + version), "bin", "java"))
                        .isExecutable();
                var task = machine.task(
                        "java-" + release(version),
                        new TreeMap<>(Map.of(
                                "class", "Any",
                                "java_version", release(version),
                                "jvm_options", List.of("--version"))));
                var handle = driver.start(task);
                assertThat(DriverMachine.exit(driver, handle).successful())
                        .as(() -> read(task.directories().stderr()))
                        .isTrue();
                assertThat(Files.readString(task.directories().stdout())).contains(" " + release(version));
                driver.destroy(handle);
            }
        }
    }

    @Test
    void a_java_that_is_not_installed_is_refused_with_what_there_is() throws Exception {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
        try (var machine = new DriverMachine(temporary)) {
            var driver = new JavaDriver(machine.tasks, JavaDriver.Settings.standard());
            var task = machine.task("app", new TreeMap<>(Map.of("class", "Any", "java_version", "7")));
            assertThatThrownBy(() -> driver.start(task))
                    .isInstanceOf(DriverException.class)
                    .hasMessageContaining("asks for Java 7, and this node has "
                            + driver.fingerprint().attributes().get("driver.java.versions"));
            assertThat(driver.validate(new TreeMap<>(Map.of("class", "Any", "java_version", ">= 17"))))
                    .containsExactly(
                            "config key \"java_version\" must be a version such as \"21\" or \"17.0.9\", not \">= 17\"");
        }
    }

    @Test
    void the_installation_of_the_node_comes_first_and_the_others_newest_first() throws Exception {
        var wanted = installation("mine", "11.0.2");
        var newer = installation("newer", "99.0.1");
        var homes = JavaHomes.all(java.util.Optional.of(wanted), newer.toString(), "");
        assertThat(homes.get(0).directory()).isEqualTo(wanted);
        assertThat(homes.get(1).directory()).isEqualTo(newer);
        assertThat(homes).extracting(JavaHomes.Home::version).doesNotHaveDuplicates();
        assertThat(JavaHomes.choose(homes, java.util.Optional.empty())
                        .orElseThrow()
                        .version())
                .isEqualTo("11.0.2");
        assertThat(JavaHomes.choose(homes, java.util.Optional.of(new JavaChoice("99")))
                        .orElseThrow()
                        .directory())
                .isEqualTo(newer);
        assertThat(JavaHomes.all(java.util.Optional.of(temporary), newer.toString(), ""))
                .isEmpty();
    }

    private Path installation(String name, String version) throws java.io.IOException {
        Path home = temporary.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Path program = Files.createFile(home.resolve("bin").resolve("java"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    @Test
    void a_jar_or_a_class_is_needed_and_not_both() throws Exception {
        try (var tasks = new ProcessTasks(java.util.Optional.empty())) {
            var driver = new JavaDriver(tasks, JavaDriver.Settings.standard());
            assertThat(driver.validate(new TreeMap<>())).containsExactly("config needs \"jar_path\" or \"class\"");
            assertThat(driver.validate(new TreeMap<>(Map.of("jar_path", "a", "class", "b"))))
                    .hasSize(1);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException unreadable) {
            return unreadable.toString();
        }
    }
}
