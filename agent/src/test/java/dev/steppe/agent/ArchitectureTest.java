package dev.steppe.agent;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves that the compiled code keeps to the borders of ARCHITECTURE.md. Each rule says why it exists when it fails. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    /** A module and all modules it may use, lowest first. A new arrow is a decision: add it here and in ARCHITECTURE.md. */
    record Arrows(String module, Set<String> allowed) {
        static Arrows of(String module, String... allowed) {
            return new Arrows(module, Set.of(allowed));
        }
    }

    static Stream<Arrows> arrows() {
        return Stream.of(
                Arrows.of("model"),
                Arrows.of("language"),
                Arrows.of("io"),
                Arrows.of("wire", "model", "io"),
                Arrows.of("jobspec", "model", "language"),
                Arrows.of("state", "model"),
                Arrows.of("security", "model"),
                Arrows.of("scheduler", "model", "language", "state"),
                Arrows.of("mesh", "model", "language", "state"),
                Arrows.of("consensus", "model", "io"),
                Arrows.of("client", "model", "language", "io", "wire", "security", "mesh"),
                Arrows.of("proxy", "model", "io", "mesh"),
                Arrows.of(
                        "server",
                        "model",
                        "language",
                        "io",
                        "wire",
                        "state",
                        "security",
                        "scheduler",
                        "mesh",
                        "consensus"),
                Arrows.of(
                        "api",
                        "model",
                        "language",
                        "io",
                        "wire",
                        "jobspec",
                        "state",
                        "security",
                        "scheduler",
                        "mesh",
                        "consensus",
                        "server",
                        "client"),
                Arrows.of("cli", "model", "language", "jobspec"));
    }

    /** Decisions live here: they are functions of what they are given. */
    private static final List<String> PURE =
            List.of("model", "language", "jobspec", "state", "security", "scheduler", "mesh");

    private static final String[] PURE_PACKAGES =
            PURE.stream().map(module -> "dev.steppe." + module + "..").toArray(String[]::new);

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.steppe");

    @ParameterizedTest
    @MethodSource("arrows")
    void a_module_uses_only_the_modules_below_it(Arrows arrows) {
        var others = describe(
                "modules other than " + arrows.allowed(),
                (JavaClass target) -> moduleOf(target)
                        .filter(module -> !module.equals(arrows.module()))
                        .filter(module -> !arrows.allowed().contains(module))
                        .isPresent());
        noClasses()
                .that()
                .resideInAPackage("dev.steppe." + arrows.module() + "..")
                .should()
                .dependOnClassesThat(others)
                .because("arrows between modules point down; the table is in ArchitectureTest and ARCHITECTURE.md")
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void pure_modules_are_told_the_time() {
        noPureCall(
                Map.of(
                        "java.time.Instant", Set.of("now"),
                        "java.time.LocalDateTime", Set.of("now"),
                        "java.time.LocalDate", Set.of("now"),
                        "java.time.ZonedDateTime", Set.of("now"),
                        "java.time.OffsetDateTime", Set.of("now"),
                        "java.time.ZoneId", Set.of("systemDefault"),
                        "java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system"),
                        "java.time.InstantSource", Set.of("system"),
                        "java.lang.System", Set.of("currentTimeMillis", "nanoTime")),
                "a decision that reads the clock cannot be replayed: take `Instant now` as a parameter");
    }

    @Test
    void pure_modules_are_given_randomness() {
        noPureCall(
                Map.of(
                        "java.lang.Math", Set.of("random"),
                        "java.util.UUID", Set.of("randomUUID"),
                        "java.util.concurrent.ThreadLocalRandom", Set.of("current"),
                        "java.util.Random", Set.of("<init>"),
                        "java.util.SplittableRandom", Set.of("<init>"),
                        "java.util.random.RandomGenerator", Set.of("getDefault", "of"),
                        "java.security.SecureRandom", Set.of("<init>", "getInstance", "getInstanceStrong")),
                "equal seeds must give equal decisions: take a RandomGenerator (security: a SecureRandom) as a parameter");
    }

    @Test
    void pure_modules_have_no_unordered_collections() {
        noPureCall(
                Map.of(
                        "java.util.Set", Set.of("of", "copyOf"),
                        "java.util.Map", Set.of("of", "ofEntries", "copyOf"),
                        "java.util.stream.Collectors",
                                Set.of("toSet", "toUnmodifiableSet", "toMap", "toUnmodifiableMap", "groupingBy")),
                ArchitectureTest::hasNoOrder,
                "the order of these collections changes from run to run, so two servers would decide differently:"
                        + " use List, TreeMap, LinkedHashMap or a collector with a map supplier");
    }

    /** With at most one element there is nothing to order, and a collector with a map supplier says which map it makes. */
    private static boolean hasNoOrder(AccessTarget.CodeUnitAccessTarget target, List<String> arguments) {
        int one = target.getOwner().getName().equals("java.util.Map") ? 2 : 1;
        boolean atMostOne = target.getName().equals("of")
                && arguments.size() <= one
                && arguments.stream().noneMatch(type -> type.startsWith("["));
        return !atMostOne && !arguments.contains("java.util.function.Supplier");
    }

    @Test
    void pure_modules_touch_no_thread_file_socket_process_or_log() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE_PACKAGES)
                .should()
                .dependOnClassesThat(describe(
                        "threads, files, sockets, processes and logs",
                        (JavaClass target) -> OUTSIDE_WORLD.contains(target.getName())
                                || target.getPackageName().equals("java.nio.channels")
                                || target.getPackageName().equals("java.util.concurrent.locks")
                                || target.getPackageName().startsWith("java.net.http")))
                .because("pure modules are (snapshot, request, now, random) -> data; effects belong to the shells")
                .check(classes);
        noPureCall(
                Map.of("java.lang.System", Set.of("getenv", "getProperty", "exit")),
                "what a decision depends on is a parameter");
    }

    private static final Set<String> OUTSIDE_WORLD = Set.of(
            "java.lang.Thread",
            "java.lang.ProcessBuilder",
            "java.lang.Process",
            "java.lang.Runtime",
            "java.lang.System$Logger",
            "java.util.Timer",
            "java.util.concurrent.ExecutorService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.CompletableFuture",
            "java.io.File",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.RandomAccessFile",
            "java.nio.file.Files",
            "java.net.Socket",
            "java.net.ServerSocket",
            "java.net.DatagramSocket");

    @Test
    void nothing_mutable_is_static() {
        fields().that()
                .areStatic()
                .and(describe(
                        "are ours", (JavaField field) -> !field.getModifiers().contains(JavaModifier.SYNTHETIC)))
                .should(beImmutable())
                .because("two agents must run in one JVM: state belongs to an object that somebody owns and closes")
                .check(classes);
    }

    private static ArchCondition<JavaField> beImmutable() {
        return new ArchCondition<>("be final and of a type that cannot change") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean isFinal = field.getModifiers().contains(JavaModifier.FINAL);
                String type = field.getRawType().getName();
                if (!isFinal || type.startsWith("java.util.concurrent.atomic.") || MUTABLE.contains(type)) {
                    events.add(SimpleConditionEvent.violated(
                            field, field.getFullName() + (isFinal ? " is a mutable " + type : " is not final")));
                }
            }
        };
    }

    private static final Set<String> MUTABLE = Set.of(
            "java.lang.ThreadLocal",
            "java.lang.StringBuilder",
            "java.util.ArrayList",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.LinkedHashMap",
            "java.util.LinkedHashSet",
            "java.util.TreeMap",
            "java.util.TreeSet",
            "java.util.BitSet",
            "java.util.Random",
            "java.security.SecureRandom",
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentMap",
            "java.util.concurrent.CopyOnWriteArrayList");

    @Test
    void threads_are_started_through_io_only() {
        var starters = Map.of(
                "java.lang.Thread", Set.of("<init>", "ofVirtual", "ofPlatform", "startVirtualThread"),
                "java.util.Timer", Set.of("<init>"),
                "java.util.concurrent.ThreadPoolExecutor", Set.of("<init>"),
                "java.util.concurrent.ScheduledThreadPoolExecutor", Set.of("<init>"),
                "java.util.concurrent.ForkJoinPool", Set.of("<init>", "commonPool"),
                "java.util.concurrent.CompletableFuture", Set.of("runAsync", "supplyAsync"),
                "java.util.Collection", Set.of("parallelStream"));
        // The hook that ends a program must be a thread, and belongs to the program as a whole; a command is such a
        // program.
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.steppe.io..")
                .and()
                .doNotHaveFullyQualifiedName("dev.steppe.agent.StopSignal")
                .and()
                .doNotHaveFullyQualifiedName("dev.steppe.cli.terminal.Background")
                .should()
                .accessTargetWhere(calls(starters, (target, arguments) -> true))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.Executors")
                .because("a thread has an owner that ends it: start it through TaskScope or Loop of dev.steppe.io")
                .check(classes);
    }

    @Test
    void nobody_sleeps() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.steppe.io..", "dev.steppe.cli..", "dev.steppe.api..")
                .should()
                .accessTargetWhere(calls(
                        Map.of("java.lang.Thread", Set.of("sleep"), "java.util.concurrent.TimeUnit", Set.of("sleep")),
                        (target, arguments) -> true))
                .because("a sleep hides what is waited for and cannot be simulated: use a timer of a Loop, or wait for"
                        + " the condition; only dev.steppe.io (what the kernel does not announce), a command, and a"
                        + " request on its own thread may pause between looks")
                .check(classes);
    }

    @Test
    void only_the_programs_a_person_runs_print() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.steppe.cli..", "dev.steppe.agent..", "dev.steppe.simulation..")
                .should()
                .accessFieldWhere(describe(
                        "System.out or System.err",
                        (JavaAccess<?> access) ->
                                access.getTargetOwner().getName().equals("java.lang.System")
                                        && Set.of("out", "err")
                                                .contains(access.getTarget().getName())))
                .because("standard output belongs to the command a person typed; everything else logs or returns")
                .check(classes);
    }

    @Test
    void names_say_what_a_thing_is() {
        var drawers = Set.of("util", "utils", "common", "helper", "helpers", "misc", "core", "shared");
        var found = new ArrayList<String>();
        for (JavaClass type : classes) {
            if (type.getSimpleName().matches(".*(Manager|Impl|Helper|Util|Utils)")) {
                found.add(type.getName() + ": use the noun of the thing it is");
            }
            for (String segment : type.getPackageName().split("\\.", -1)) {
                if (drawers.contains(segment)) {
                    found.add(type.getName() + ": a drawer; a function lives with the type it speaks about");
                }
            }
        }
        assertThat(found).as("names that say nothing attract everything").isEmpty();
    }

    private void noPureCall(Map<String, Set<String>> methods, String reason) {
        noPureCall(methods, (target, arguments) -> true, reason);
    }

    private void noPureCall(
            Map<String, Set<String>> methods,
            BiPredicate<AccessTarget.CodeUnitAccessTarget, List<String>> arguments,
            String reason) {
        noClasses()
                .that()
                .resideInAnyPackage(PURE_PACKAGES)
                .should()
                .accessTargetWhere(calls(methods, arguments))
                .because(reason)
                .check(classes);
    }

    /** Calls and method references of the named methods whose parameter types pass the filter. */
    private static DescribedPredicate<JavaAccess<?>> calls(
            Map<String, Set<String>> methods, BiPredicate<AccessTarget.CodeUnitAccessTarget, List<String>> arguments) {
        return describe("calls of " + new TreeMap<>(methods), (JavaAccess<?> access) -> {
            var names = methods.getOrDefault(access.getTargetOwner().getName(), Set.of());
            return access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget target
                    && names.contains(target.getName())
                    && arguments.test(
                            target,
                            target.getRawParameterTypes().stream()
                                    .map(JavaClass::getName)
                                    .toList());
        });
    }

    private static Optional<String> moduleOf(JavaClass type) {
        String[] segments = type.getPackageName().split("\\.", -1);
        boolean ours = segments.length > 2 && segments[0].equals("dev") && segments[1].equals("steppe");
        return ours ? Optional.of(segments[2]) : Optional.empty();
    }
}
