package dev.steppe.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves the functions of job files that read files: from the job's folder, and refused with the path. */
class FileFunctionsTest {
    @TempDir
    private Path folder;

    private FunctionTable functions = FunctionTable.standard();

    @BeforeEach
    void files() throws IOException {
        Files.writeString(folder.resolve("a.txt"), "sn\u00f6\n");
        Files.createDirectories(folder.resolve("sub/deep"));
        Files.writeString(folder.resolve("sub/deep/b.json"), "{}");
        Files.writeString(folder.resolve("sub/c.json"), "{}");
        functions = FileFunctions.table(folder, folder.resolve("sub").toString());
    }

    private Value call(String name, String... arguments) throws FunctionException {
        List<Value> values = new ArrayList<>();
        for (var argument : arguments) {
            values.add(Value.of(argument));
        }
        return functions.call(name, values);
    }

    @Test
    void files_are_read_from_the_folder_of_the_job() throws FunctionException {
        assertThat(call("file", "a.txt")).isEqualTo(Value.of("sn\u00f6\n"));
        assertThat(call("filebase64", "sub/c.json")).isEqualTo(Value.of("e30="));
        assertThat(call("file", "~/c.json")).isEqualTo(Value.of("{}"));
        assertThat(call("fileexists", "a.txt")).isEqualTo(Value.of(true));
        assertThat(call("fileexists", "sub")).isEqualTo(Value.of(false));
    }

    @Test
    void sets_of_files_are_sorted_and_relative() throws FunctionException {
        assertThat(call("fileset", "sub", "**.json")).isEqualTo(Value.texts(List.of("c.json", "deep/b.json")));
        assertThat(call("fileset", "sub", "*.json")).isEqualTo(Value.texts(List.of("c.json")));
    }

    @Test
    void paths_are_taken_apart() throws FunctionException {
        assertThat(call("basename", "/x/y.txt")).isEqualTo(Value.of("y.txt"));
        assertThat(call("dirname", "/x/y.txt")).isEqualTo(Value.of("/x"));
        assertThat(call("dirname", "y.txt")).isEqualTo(Value.of("."));
        assertThat(call("pathexpand", "~/z"))
                .isEqualTo(Value.of(folder.resolve("sub/z").toString()));
        assertThat(call("abspath", "/x/../y")).isEqualTo(Value.of("/y"));
    }

    @Test
    void what_cannot_be_read_is_refused_with_its_path() {
        assertThatThrownBy(() -> call("file", "none.txt"))
                .hasMessage("file(): there is no file " + folder.resolve("none.txt"));
        assertThatThrownBy(() -> call("file", "sub")).hasMessageContaining("cannot read " + folder.resolve("sub"));
        assertThatThrownBy(() -> call("file", "a", "b")).hasMessage("file(): takes one string");
        assertThatThrownBy(() -> call("fileset", "gone", "*")).hasMessageContaining("cannot list");
    }
}
