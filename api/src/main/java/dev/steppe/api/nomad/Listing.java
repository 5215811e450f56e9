package dev.steppe.api.nomad;

import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Filtering;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The terms of a list: namespace, id prefix, a filter, and which page of what is left. */
record Listing(String namespace, String prefix, Filtering filtering, int pageSize, String from, boolean reverse) {
    private static final String EVERY_NAMESPACE = "*";

    static Listing of(Request request) throws Refused {
        long pageSize;
        try {
            pageSize = request.query().number("per_page", 0);
        } catch (Refused notANumber) {
            throw Refused.invalid("Failed to parse number of items per page: " + notANumber.text());
        }
        return new Listing(
                namespace(request),
                request.query().text("prefix").orElse(""),
                Filtering.of(request, Dialect.NOMAD),
                (int) Math.min(pageSize, Integer.MAX_VALUE - 1),
                request.query().text("next_token").orElse(""),
                request.query().first("reverse").filter("true"::equals).isPresent());
    }

    /** The namespace a request is about. */
    static String namespace(Request request) {
        return request.query().text("namespace").orElse("default");
    }

    boolean shows(String itsNamespace, String id) {
        return isIn(itsNamespace) && id.startsWith(prefix);
    }

    boolean isIn(String itsNamespace) {
        return namespace.equals(EVERY_NAMESPACE) || namespace.equals(itsNamespace);
    }

    /** A page of a list and the token that continues it. */
    record Page<T>(List<T> items, Optional<String> next) {}

    /** Cuts the page out of all items, which are in the order of the list; tokens are ids. */
    <T> Page<T> page(List<T> all, Function<T, String> id) throws Refused {
        return page(all, id, Function.identity());
    }

    /** The same of items that are shown as rows; a filter may ask for what is in either. */
    <T, R> Page<R> page(List<T> all, Function<T, String> id, Function<T, R> row) throws Refused {
        var items = new ArrayList<R>();
        Optional<String> next = Optional.empty();
        boolean begun = from.isEmpty();
        var sieve = filtering.begin();
        for (var item : reverse ? all.reversed() : all) {
            begun = begun || id.apply(item).equals(from);
            if (!begun) {
                continue;
            }
            var shape = row.apply(item);
            if (!sieve.shows(item, shape)) {
                continue;
            }
            if (pageSize > 0 && items.size() == pageSize) {
                next = Optional.of(id.apply(item));
                break;
            }
            items.add(shape);
        }
        sieve.end();
        return new Page<>(items, next);
    }
}
