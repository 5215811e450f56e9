package dev.steppe.simulation.hosts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs programs of the machine to their end. */
public final class Commands {
    private Commands() {}

    public static void run(String... words) throws IOException {
        run(List.of(words));
    }

    public static void run(List<String> words) throws IOException {
        var result = result(words);
        if (result.code != 0) {
            throw new IOException(String.join(" ", words) + " failed: " + result.said.strip());
        }
    }

    public static boolean succeeds(List<String> words) throws IOException {
        return result(words).code == 0;
    }

    /** Whether a program is there. */
    public static boolean exist(String program) throws IOException {
        return succeeds(List.of("sh", "-c", "command -v " + program));
    }

    public static String said(String... words) throws IOException {
        return result(List.of(words)).said;
    }

    private record Result(int code, String said) {}

    private static Result result(List<String> words) throws IOException {
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.onExit().join().exitValue(), said);
    }
}
