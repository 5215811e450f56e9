package dev.steppe.api.nomad;

import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The terms of a list: namespace, id prefix, and which page of it. */
record Listing(String namespace, String prefix, int pageSize, String from, boolean reverse) {
    private static final String EVERY_NAMESPACE = "*";

    static Listing of(Request request) throws Refused {
        if (request.query().text("filter").isPresent()) {
            throw Refused.unsupported("the parameter \"filter\" is not supported yet; filter the answer instead");
        }
        long pageSize;
        try {
            pageSize = request.query().number("per_page", 0);
        } catch (Refused notANumber) {
            throw Refused.invalid("Failed to parse number of items per page: " + notANumber.text());
        }
        return new Listing(
                namespace(request),
                request.query().text("prefix").orElse(""),
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
    <T> Page<T> page(List<T> all, Function<T, String> id) {
        var ordered = reverse ? all.reversed() : all;
        var items = new ArrayList<T>();
        boolean begun = from.isEmpty();
        for (var item : ordered) {
            begun = begun || id.apply(item).equals(from);
            if (!begun) {
                continue;
            }
            if (pageSize > 0 && items.size() == pageSize) {
                return new Page<>(items, Optional.of(id.apply(item)));
            }
            items.add(item);
        }
        return new Page<>(items, Optional.empty());
    }
}
