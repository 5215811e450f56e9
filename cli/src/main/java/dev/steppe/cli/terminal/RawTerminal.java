package dev.steppe.cli.terminal;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The terminal of this process given to another program: keys arrive one by one and none is a signal here. Set through
 * {@code stty}, which every system with terminals has. Closing, and the end of the process, restore it.
 */
public final class RawTerminal implements AutoCloseable {
    private final String saved;
    private final Thread atExit;

    /** Rows and columns. */
    public record Size(int rows, int columns) {}

    private RawTerminal(String saved) {
        this.saved = saved;
        this.atExit = Background.atExit(this::restore);
    }

    /** True when input and output of this process are a terminal. */
    public static boolean isThere() {
        return settings().isPresent();
    }

    /** Takes the terminal over; empty when this process has none. */
    public static Optional<RawTerminal> take() throws IOException {
        var settings = settings();
        if (settings.isEmpty()) {
            return Optional.empty();
        }
        var terminal = new RawTerminal(settings.get());
        run("stty raw -echo");
        return Optional.of(terminal);
    }

    private static Optional<String> settings() {
        try {
            var text = run("test -t 0 && test -t 1 && stty -g >&2").strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** How large the terminal is now; empty when nobody knows. */
    public Optional<Size> size() {
        try {
            var words = run("stty size >&2").strip().split(" ");
            return words.length == 2
                    ? Optional.of(new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1])))
                    : Optional.empty();
        } catch (IOException | NumberFormatException unknown) {
            return Optional.empty();
        }
    }

    /**
     * Calls back whenever the window changes its size. The JDK has signals only in a class that the compiler warns of, so it
     * is found by name; without it the size stays as it was.
     */
    public void onResize(Runnable changed) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var listener = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (self, method, given) -> {
                        if (method.getName().equals("handle")) {
                            changed.run();
                        }
                        return null;
                    });
            var windowChanged = signal.getConstructor(String.class).newInstance("WINCH");
            signal.getMethod("handle", signal, handler).invoke(null, windowChanged, listener);
        } catch (ReflectiveOperationException | IllegalArgumentException unknownHere) {
            return;
        }
    }

    /** Runs a line of shell with this process's terminal; answers what it wrote as errors, fails when it fails. */
    private static String run(String line) throws IOException {
        var process = new ProcessBuilder("/bin/sh", "-c", line)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var said = process.getErrorStream()) {
            var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("the terminal cannot be set: " + text.strip());
            }
            return text;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopping);
        }
    }

    private void restore() {
        try {
            run("stty " + saved);
        } catch (IOException gone) {
            // the terminal was closed: there is nothing to restore
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            // it runs already
        }
    }
}
