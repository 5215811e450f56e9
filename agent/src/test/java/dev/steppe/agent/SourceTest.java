package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Proves what only the source text tells: sizes, documentation, sleeps in tests. Parses every file once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SourceTest {
    private static final int FUNCTION_LINES_MAX = 70;
    private static final int FILE_LINES_MAX = 800;

    private final Path root = Repository.root();
    private final List<String> longFunctions = new ArrayList<>();
    private final List<String> undocumentedTypes = new ArrayList<>();
    private final List<String> sleeps = new ArrayList<>();
    private final List<String> mutableStatics = new ArrayList<>();
    private List<Path> sources = List.of();

    @BeforeAll
    void parse_all_sources() throws IOException {
        sources = sources();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromPaths(sources);
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
            var trees = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(trees, unit).scan(unit, null);
            }
        }
        assertThat(sources).as("sources found under %s", root).hasSizeGreaterThan(30);
    }

    @Test
    void functions_fit_on_a_screen() {
        assertThat(longFunctions)
                .as("a function over %d lines does several things: give each a name", FUNCTION_LINES_MAX)
                .isEmpty();
    }

    @Test
    void files_hold_one_idea() throws IOException {
        var found = new ArrayList<String>();
        for (Path source : sources) {
            int lines = Files.readAllLines(source).size();
            if (lines > FILE_LINES_MAX) {
                found.add(root.relativize(source) + ": " + lines + " lines");
            }
        }
        assertThat(found)
                .as("a file over %d lines holds several ideas: split it by idea", FILE_LINES_MAX)
                .isEmpty();
    }

    @Test
    void public_types_say_what_they_are() {
        assertThat(undocumentedTypes)
                .as("a public type without a doc comment leaves its contract (thread, order, failure) to guessing")
                .isEmpty();
    }

    @Test
    void no_static_holds_a_collection_that_can_change() {
        assertThat(mutableStatics)
                .as("two agents must run in one JVM: state belongs to an object that somebody owns and closes")
                .isEmpty();
    }

    @Test
    void no_test_sleeps() {
        assertThat(sleeps)
                .as("a sleep makes a test slow or flaky, mostly both: poll for the condition until a deadline")
                .isEmpty();
    }

    @Test
    void every_package_is_null_marked() throws IOException {
        var found = new ArrayList<String>();
        for (Path source : sources) {
            Path info = source.resolveSibling("package-info.java");
            boolean marked = Files.exists(info) && Files.readString(info).contains("@NullMarked");
            if (isMain(source) && !marked) {
                found.add(root.relativize(source) + ": its package needs a package-info.java with @NullMarked");
            }
        }
        assertThat(found).as("NullAway checks only packages that are marked").isEmpty();
    }

    private boolean isMain(Path source) {
        return root.relativize(source).toString().contains("src/main/");
    }

    private List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(root, 16)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file ->
                            root.relativize(file).toString().matches("(examples/)?[a-z]+/src/(main|test)/java/.*"))
                    .sorted()
                    .toList();
        }
    }

    private final class Scanner extends TreePathScanner<Void, Void> {
        private final DocTrees trees;
        private final CompilationUnitTree unit;

        Scanner(DocTrees trees, CompilationUnitTree unit) {
            this.trees = trees;
            this.unit = unit;
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            var positions = trees.getSourcePositions();
            long start = positions.getStartPosition(unit, method);
            if (method.getBody() != null && start >= 0) {
                long bodyStart = positions.getStartPosition(unit, method.getBody());
                long lines = line(positions.getEndPosition(unit, method)) - line(bodyStart) + 1;
                if (lines > FUNCTION_LINES_MAX) {
                    longFunctions.add(place(start) + " " + method.getName() + ": " + lines + " lines");
                }
            }
            return super.visitMethod(method, none);
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            boolean topLevel = getCurrentPath().getParentPath().getLeaf() == unit;
            boolean isPublic = type.getModifiers().getFlags().contains(Modifier.PUBLIC);
            if (topLevel && isPublic && trees.getDocComment(getCurrentPath()) == null) {
                undocumentedTypes.add(
                        place(trees.getSourcePositions().getStartPosition(unit, type)) + " " + type.getSimpleName());
            }
            return super.visitClass(type, none);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void none) {
            boolean isStatic = variable.getModifiers().getFlags().contains(Modifier.STATIC);
            if (isStatic
                    && isMain(Path.of(unit.getSourceFile().toUri()))
                    && variable.getInitializer() instanceof NewClassTree made
                    && made.getIdentifier()
                            .toString()
                            .matches(
                                    "(java.util.(concurrent.)?)?(Concurrent|Linked|Tree|Hash|Array|Enum|CopyOn).*<.*")) {
                mutableStatics.add(
                        place(trees.getSourcePositions().getStartPosition(unit, variable)) + " " + variable.getName());
            }
            return super.visitVariable(variable, none);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree select, Void none) {
            String owner = select.getExpression().toString();
            boolean isTest = !isMain(Path.of(unit.getSourceFile().toUri()));
            if (isTest
                    && select.getIdentifier().contentEquals("sleep")
                    && (owner.endsWith("Thread") || owner.startsWith("TimeUnit"))) {
                sleeps.add(place(trees.getSourcePositions().getStartPosition(unit, select)));
            }
            return super.visitMemberSelect(select, none);
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }

        private String place(long position) {
            return root.relativize(Path.of(unit.getSourceFile().toUri())) + ":" + line(position);
        }
    }
}
