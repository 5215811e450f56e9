package dev.steppe.agent;

import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Signals that do not end this process but ask it for something, and which signal ended it. The JDK has them in a module
 * that it supports but does not publish, so they are looked up by name.
 */
final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private Signals() {}

    /** From now on the signal, such as HUP, does this on a thread of its own. Only logs where that cannot be. */
    static void handle(String name, Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(self);
                            case "equals" -> self == arguments[0];
                            default -> null;
                        };
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException impossible) {
            LOG.log(Level.WARNING, "the signal " + name + " cannot be used here: " + impossible);
        }
    }

    /** Remembers the first of these signals that comes, then does what ends the process. */
    static AtomicReference<String> remember(List<String> names, Consumer<String> end) {
        var came = new AtomicReference<>("");
        for (String name : names) {
            handle(name, () -> {
                if (came.compareAndSet("", name)) {
                    end.accept(name);
                }
            });
        }
        return came;
    }
}
