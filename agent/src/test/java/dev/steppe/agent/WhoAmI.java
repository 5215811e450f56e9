package dev.steppe.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that says as whom it runs. */
final class WhoAmI {
    private WhoAmI() {}

    public static void main(String[] arguments) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Uid:")) {
                System.out.println("uid " + line.split("\\s+", -1)[1]);
            }
        }
    }
}
