package dev.steppe.api.nomad;

import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Filtering;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/** The terms of a list: namespace, id prefix, a filter, and which page of what is left. */
record Listing(String namespace, String prefix, Filtering filtering, int pageSize, String from, boolean reverse) {
    private static final String EVERY_NAMESPACE = "*";
    private static final Pattern MADE = Pattern.compile("[0-9]{1,18}\\..+");
    private static final Comparator<String> BY_INDEX = Comparator.<String>comparingLong(
                    token -> Long.parseLong(token.substring(0, token.indexOf('.'))))
            .thenComparing(token -> token.substring(token.indexOf('.')));

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

    /** Cuts the page out of all items, which are in the order of their ids; these are the tokens. */
    <T> Page<T> page(List<T> all, Function<T, String> id) throws Refused {
        return page(all, id, Function.identity());
    }

    /** The same of items that are shown as rows; a filter may ask for what is in either. */
    <T, R> Page<R> page(List<T> all, Function<T, String> id, Function<T, R> row) throws Refused {
        return page(all, id, row, Comparator.naturalOrder());
    }

    /** The same in the order in which things were made, and of those made together in the order of their ids. */
    <T, R> Page<R> pageOfMade(List<T> all, ToLongFunction<T> index, Function<T, String> id, Function<T, R> row)
            throws Refused {
        if (!from.isEmpty() && !MADE.matcher(from).matches()) {
            throw Refused.invalid("next_token \"" + from + "\" is none that this list gave");
        }
        all.sort(Comparator.comparingLong(index).thenComparing(id));
        return page(all, item -> index.applyAsLong(item) + "." + id.apply(item), row, BY_INDEX);
    }

    /** What a token names may be gone when it is used: then the page begins with what comes after it. */
    private <T, R> Page<R> page(List<T> all, Function<T, String> token, Function<T, R> row, Comparator<String> upwards)
            throws Refused {
        var items = new ArrayList<R>();
        Optional<String> next = Optional.empty();
        var order = reverse ? upwards.reversed() : upwards;
        var sieve = filtering.begin();
        for (var item : reverse ? all.reversed() : all) {
            if (!from.isEmpty() && order.compare(token.apply(item), from) < 0) {
                continue;
            }
            var shape = row.apply(item);
            if (!sieve.shows(item, shape)) {
                continue;
            }
            if (pageSize > 0 && items.size() == pageSize) {
                next = Optional.of(token.apply(item));
                break;
            }
            items.add(shape);
        }
        sieve.end();
        return new Page<>(items, next);
    }
}
