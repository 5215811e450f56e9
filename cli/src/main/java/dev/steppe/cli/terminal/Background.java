package dev.steppe.cli.terminal;

import java.io.IOException;

/** Work beside a command's own thread. Nothing has to end it: a command is a process, and these threads do not keep one. */
public final class Background {
    private Background() {}

    /** What is done; it ends silently when it fails, because the command's own thread finds out and tells why. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException, InterruptedException;
    }

    public static void start(String name, Work work) {
        Thread.ofPlatform().daemon(true).name("command/" + name).start(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException over) {
                // see Work
            }
        });
    }

    /** Work for the end of the process, also by a signal. */
    public static Thread atExit(Runnable work) {
        var thread = Thread.ofPlatform().name("command/exit").unstarted(work);
        Runtime.getRuntime().addShutdownHook(thread);
        return thread;
    }
}
