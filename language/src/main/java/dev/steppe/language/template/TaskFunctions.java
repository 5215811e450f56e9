package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.TreeMap;

/** Functions on the task's environment and files, the time, and the scratchpad of one rendering. */
final class TaskFunctions {
    private TaskFunctions() {}

    static void define(FunctionSet.Group group) {
        group.add(
                        "env",
                        "NAME",
                        "an environment variable of the task, or an empty text",
                        it -> Datum.of(it.session().environment(it.text(0)).orElse("")))
                .add(
                        "mustEnv",
                        "NAME",
                        "the same; a mistake when it is not set or empty",
                        it -> Datum.of(it.session()
                                .environment(it.text(0))
                                .filter(value -> !value.isEmpty())
                                .orElseThrow(() -> new FunctionException(
                                        "required environment variable " + Printing.plain(it.value(0)) + " is empty"))))
                .add("envOrDefault", "NAME DEFAULT", "an environment variable of the task, or the default", it -> {
                    String other = it.text(1);
                    return Datum.of(it.session().environment(it.text(0)).orElse(other));
                })
                .add(
                        "file",
                        "PATH",
                        "the content of a file of the allocation",
                        it -> it.text(0).isEmpty()
                                ? Datum.of("")
                                : it.session().need(new Query.File(it.text(0)), Datum.of("")))
                .add(
                        "timestamp",
                        "[LAYOUT]",
                        "the time in UTC, by Go's layout or as \"unix\" seconds",
                        it -> Datum.of(
                                it.count() == 0
                                        ? GoTime.format(it.session().now(), GoTime.RFC3339)
                                        : it.text(0).equals("unix")
                                                ? Long.toString(
                                                        it.session().now().getEpochSecond())
                                                : GoTime.format(it.session().now(), it.text(0))))
                .add("executeTemplate", "NAME [DOT]", "what a defined template writes", arguments -> {
                    throw new IllegalStateException("handled by the rendering");
                })
                .add(
                        "scratch",
                        "",
                        "a place for values during one rendering, with methods Key, Get, Set, SetX,"
                                + " MapSet, MapSetX and MapValues",
                        it -> scratch(it.session()));
    }

    private static Datum scratch(Session session) {
        var methods = new TreeMap<String, Datum.Method>();
        method(methods, session, "Key", 1, it -> Datum.of(session.scratch().containsKey(it.text(0))));
        method(methods, session, "Get", 1, it -> session.scratch().getOrDefault(it.text(0), Datum.nil()));
        method(methods, session, "Set", 2, it -> {
            session.scratch().put(it.text(0), it.value(1));
            return Datum.of("");
        });
        method(methods, session, "SetX", 2, it -> {
            session.scratch().putIfAbsent(it.text(0), it.value(1));
            return Datum.of("");
        });
        method(methods, session, "MapSet", 3, it -> {
            inner(session, it.text(0)).put(it.text(1), it.value(2));
            return Datum.of("");
        });
        method(methods, session, "MapSetX", 3, it -> {
            var table = inner(session, it.text(0));
            if (table.get(it.text(1)).isEmpty()) {
                table.put(it.text(1), it.value(2));
            }
            return Datum.of("");
        });
        method(
                methods,
                session,
                "MapValues",
                1,
                it -> Datum.of(
                        new ArrayList<>(inner(session, it.text(0)).entries().values())));
        return new Datum.Structure("Scratch", new java.util.LinkedHashMap<>(), methods, java.util.Optional.empty());
    }

    private static void method(
            TreeMap<String, Datum.Method> methods, Session session, String name, int count, FunctionSet.Action action) {
        methods.put(name, values -> {
            if (values.size() != count) {
                throw new FunctionException("wrong number of args: want " + count + " got " + values.size());
            }
            return action.call(new Arguments(values, session));
        });
    }

    private static Datum.Table inner(Session session, String name) throws FunctionException {
        Datum found = session.scratch().computeIfAbsent(name, it -> Datum.table(new TreeMap<>()));
        if (found instanceof Datum.Table table) {
            return table;
        }
        throw new FunctionException("\"" + name + "\" is not a map");
    }
}
