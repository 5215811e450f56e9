package dev.steppe.model.codec;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.Function;

/**
 * Reads one component of records. Begins with reflection, which costs nothing to set up; one that is used often gets a
 * class of its own, which reads a component several times as fast.
 */
final class Accessor {
    private static final int OFTEN = 2_000;

    private final Method method;
    private volatile Function<Object, Object> way = this::reflectively;
    private int uses;

    Accessor(Method method) {
        this.method = method;
    }

    Object of(Object instance) {
        return way.apply(instance);
    }

    private Object reflectively(Object instance) {
        // Threads may count over each other: it only has to happen some time, and twice does no harm.
        if (++uses == OFTEN) {
            way = direct();
        }
        try {
            return method.invoke(instance);
        } catch (IllegalAccessException | InvocationTargetException bug) {
            throw unreadable(bug);
        }
    }

    @SuppressWarnings("unchecked") // the call site is made for this very type
    private Function<Object, Object> direct() {
        try {
            var lookup = MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup());
            var handle = lookup.unreflect(method);
            return (Function<Object, Object>) LambdaMetafactory.metafactory(
                            lookup,
                            "apply",
                            MethodType.methodType(Function.class),
                            MethodType.methodType(Object.class, Object.class),
                            handle,
                            handle.type().wrap())
                    .getTarget()
                    .invoke();
        } catch (Throwable bug) {
            throw unreadable(bug);
        }
    }

    private IllegalStateException unreadable(Throwable bug) {
        return new IllegalStateException("cannot read " + method, bug);
    }
}
