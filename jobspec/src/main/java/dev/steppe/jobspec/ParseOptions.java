package dev.steppe.jobspec;

import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.source.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a job file is read with. Values for its variables, the later of these winning: the environment (names nobody
 * declared are ignored there, elsewhere they are mistakes), files of assignments in order, and single values as texts. And
 * the functions that its expressions may call. When not strict, values for names that nobody declared are only notices.
 */
public record ParseOptions(
        Map<String, String> environment,
        List<Source> variableFiles,
        Map<String, String> variables,
        FunctionTable functions,
        boolean strict) {

    public ParseOptions {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        variableFiles = List.copyOf(variableFiles);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** No values, and the functions that touch nothing but their arguments. */
    public static ParseOptions none() {
        return of(Collections.emptyMap());
    }

    /** Only single values. */
    public static ParseOptions of(Map<String, String> variables) {
        return new ParseOptions(Collections.emptyMap(), List.of(), variables, FunctionTable.standard(), true);
    }
}
