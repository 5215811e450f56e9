package dev.steppe.cli.data;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import java.util.List;
import java.util.Locale;

/** How a variable is shown: as a table, as JSON, as HCL to be changed and written again, or not at all. */
enum VariableForm {
    NONE,
    TABLE,
    JSON,
    HCL;

    static Flag flag(String usual) {
        return Flag.text("out", "form", "How to show it: table, json, hcl or none. Default " + usual + ".");
    }

    static Flag template() {
        return Flag.refused("template", "use -out json and a JSON tool such as jq, or -item for one value");
    }

    static VariableForm of(Arguments arguments, VariableForm usual) throws UsageException {
        return switch (arguments.text("out").orElse("")) {
            case "" -> usual;
            case "none" -> NONE;
            case "table" -> TABLE;
            case "json" -> JSON;
            case "hcl" -> HCL;
            case "go-template" ->
                throw new UsageException(
                        "flag -out: go-template is not supported; " + template().about());
            default -> throw new UsageException("flag -out: write one of table, json, hcl, none");
        };
    }

    void show(Json variable, Terminal terminal) {
        switch (this) {
            case NONE -> {}
            case TABLE -> table(variable, terminal);
            case JSON -> terminal.json(variable);
            case HCL -> terminal.line(hcl(variable));
        }
    }

    private static void table(Json variable, Terminal terminal) {
        var created =
                Times.ofNanos(variable.number("CreateTime")).map(terminal::time).orElse("");
        var modified =
                Times.ofNanos(variable.number("ModifyTime")).map(terminal::time).orElse("");
        terminal.fields(new Fields()
                .put("Namespace", variable.text("Namespace"))
                .put("Path", variable.text("Path"))
                .put("Create Time", created)
                .putIf(!modified.equals(created), "Modify Time", modified)
                .put("Check Index", variable.number("ModifyIndex")));
        terminal.blankLine();
        terminal.title("Items");
        var items = new Fields();
        variable.entries("Items").forEach((key, value) -> items.put(key, value.text()));
        terminal.fields(items);
    }

    private static String hcl(Json variable) {
        var text = new StringBuilder();
        for (var name : List.of("Namespace", "Path")) {
            text.append(name.toLowerCase(Locale.ROOT))
                    .append(" = ")
                    .append(quoted(variable.text(name)))
                    .append('\n');
        }
        text.append("modify_index = ").append(variable.number("ModifyIndex")).append("\n\nitems = {\n");
        variable.entries("Items")
                .forEach((key, value) -> text.append("  ")
                        .append(quoted(key))
                        .append(" = ")
                        .append(quoted(value.text()))
                        .append('\n'));
        return text.append('}').toString();
    }

    static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '$', '%' -> quoted.append(i + 1 < text.length() && text.charAt(i + 1) == '{' ? "" + c + c : c);
                default -> quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
