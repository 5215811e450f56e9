package dev.steppe.api.http;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * One row of the route table: methods, path pattern, the right a caller needs, and who answers. A route for GET answers
 * HEAD too.
 */
public record Route(Set<Method> methods, String pattern, Right right, Handler handler) {

    public Route {
        if (methods.isEmpty()) {
            throw new IllegalArgumentException("a route without a method: " + pattern);
        }
        var all = EnumSet.copyOf(methods);
        if (all.contains(Method.GET)) {
            all.add(Method.HEAD);
        }
        methods = Collections.unmodifiableSet(all);
    }

    public static Route get(String pattern, Right right, Handler handler) {
        return new Route(EnumSet.of(Method.GET), pattern, right, handler);
    }

    /** A write: PUT and POST mean the same. */
    public static Route write(String pattern, Right right, Handler handler) {
        return new Route(EnumSet.of(Method.PUT, Method.POST), pattern, right, handler);
    }

    public static Route put(String pattern, Right right, Handler handler) {
        return new Route(EnumSet.of(Method.PUT), pattern, right, handler);
    }

    public static Route post(String pattern, Right right, Handler handler) {
        return new Route(EnumSet.of(Method.POST), pattern, right, handler);
    }

    public static Route delete(String pattern, Right right, Handler handler) {
        return new Route(EnumSet.of(Method.DELETE), pattern, right, handler);
    }
}
