package dev.steppe.cli.command;

import dev.steppe.cli.http.Api;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;

/** Finds what a person means by an id or the beginning of one. */
public final class Match {
    /** How many characters of an id people see and type. */
    public static final int SHORT = 8;

    private Match() {}

    /** The id as shown: whole when asked for, else its beginning. */
    public static String shown(String id, boolean whole) {
        return whole || id.length() <= SHORT ? id : id.substring(0, SHORT);
    }

    /** All elements of a list whose id begins so. The API takes prefixes of even length only. */
    public static List<Json> all(Api api, String listPath, String prefix) throws ApiException {
        var even = prefix.substring(0, prefix.length() - prefix.length() % 2);
        var reply = api.get(listPath, Query.of("prefix", even));
        List<Json> found = new ArrayList<>();
        for (var item : reply.body().items()) {
            if (item.text("ID").startsWith(prefix)) {
                found.add(item);
            }
        }
        return found;
    }

    /**
     * The full id of the one element that is meant.
     *
     * @param columns heading and JSON key in turn, for the list of candidates when there are several
     */
    public static String one(Api api, String listPath, String noun, String prefix, String... columns)
            throws CommandFailure, ApiException {
        if (prefix.length() < 2) {
            throw new CommandFailure("Identifier must contain at least two characters.");
        }
        var found = all(api, listPath, prefix);
        return only(
                found,
                "No " + noun + "(s) with prefix or id \"" + prefix + "\" found",
                "Prefix matched multiple " + noun + "s",
                columns);
    }

    /** The id of the only one there is; else fails with one of these sentences, and with the candidates. */
    public static String only(List<Json> found, String none, String several, String... columns) throws CommandFailure {
        if (found.isEmpty()) {
            throw new CommandFailure(none);
        }
        if (found.size() > 1) {
            throw new CommandFailure(
                    several + "\n\n" + candidates(found, columns).render());
        }
        return found.getFirst().text("ID");
    }

    private static Table candidates(List<Json> found, String... columns) {
        List<String> headings = new ArrayList<>();
        for (var i = 0; i < columns.length; i += 2) {
            headings.add(columns[i]);
        }
        var table = new Table(headings);
        for (var item : found) {
            List<String> cells = new ArrayList<>();
            for (var i = 1; i < columns.length; i += 2) {
                cells.add(item.text(columns[i]));
            }
            table.row(cells);
        }
        return table;
    }
}
