package dev.steppe.api.http;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * One row of the route table: methods, path pattern, the right a caller needs, and who answers. A route for GET answers
 * HEAD too. One for large bodies gets them in files, and not in memory.
 */
public record Route(
        Set<Method> methods, String pattern, Right right, Handler handler, Place place, boolean takesFiles) {

    /** Who answers. */
    public enum Place {
        /** The agent that is asked, whatever it is: what it is asked about is its own. */
        HERE,
        /** The agent of the node that the request is about, or the one that is asked where it names none. */
        NODE,
        /** The server that leads, also for a read: nobody else knows. */
        LEADER,
        /** Any server for a read, the one that leads for a write. */
        REGION
    }

    /** A route that the servers answer. */
    public Route(Set<Method> methods, String pattern, Right right, Handler handler) {
        this(methods, pattern, right, handler, Place.REGION, false);
    }

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

    /** The same route, answered by the agent that is asked. */
    public Route here() {
        return new Route(methods, pattern, right, handler, Place.HERE, takesFiles);
    }

    /** The same route, answered by the agent of the node it is asked about. */
    public Route atNode() {
        return new Route(methods, pattern, right, handler, Place.NODE, takesFiles);
    }

    /** The same route, answered by the server that leads. */
    public Route byLeader() {
        return new Route(methods, pattern, right, handler, Place.LEADER, takesFiles);
    }

    /** The same route for bodies of any size, which its handler gets as a file. */
    public Route forFiles() {
        return new Route(methods, pattern, right, handler, place, true);
    }

    /** The same route with another handler. */
    public Route handledBy(Handler other) {
        return new Route(methods, pattern, right, other, place, takesFiles);
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
