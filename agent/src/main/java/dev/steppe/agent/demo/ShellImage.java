package dev.steppe.agent.demo;

import dev.steppe.client.driver.DockerSettings;
import dev.steppe.client.driver.LocalImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The image of the demonstration's container: this machine's own shell, wget and sleep with the libraries they need, so
 * that nothing has to be pulled.
 */
final class ShellImage {
    static final String REPOSITORY = "steppe-demo";
    static final String TAG = "local";

    private static final List<String> PROGRAMS = List.of("sh", "wget", "sleep");
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

    private final LocalImages images = new LocalImages(DockerSettings.of(System.getenv(), "steppe-demo"));

    /** Makes the image; empty when no Docker daemon answers or the programs are not here, with the reason printed by the caller. */
    Optional<String> make(Path workDirectory) throws IOException, InterruptedException {
        if (!images.isAvailable()) {
            return Optional.empty();
        }
        Path root = Files.createDirectories(workDirectory.resolve("image/bin"));
        Files.createDirectories(root.resolveSibling("tmp"));
        if (!copyPrograms(root)) {
            return Optional.empty();
        }
        images.make(REPOSITORY, TAG, run(List.of("tar", "-C", root.getParent().toString(), "-c", ".")));
        return Optional.of(REPOSITORY + ":" + TAG);
    }

    void remove() throws IOException {
        if (images.isAvailable()) {
            images.remove(REPOSITORY + ":" + TAG);
        }
    }

    private static boolean copyPrograms(Path bin) throws IOException, InterruptedException {
        var files = new TreeSet<Path>();
        for (String program : PROGRAMS) {
            var found = find(program);
            if (found.isEmpty()) {
                return false;
            }
            Files.copy(found.get(), bin.resolve(program));
            files.addAll(libraries(found.get()));
        }
        for (Path library : files) {
            Path copy = bin.getParent().resolve(library.toString().substring(1));
            Files.createDirectories(copy.getParent());
            Files.copy(library, copy);
        }
        return true;
    }

    private static Optional<Path> find(String program) {
        return List.of("/bin", "/usr/bin").stream()
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What the dynamic loader would load; nothing for a static program. */
    private static List<Path> libraries(Path program) throws IOException, InterruptedException {
        var found = new ArrayList<Path>();
        String text = new String(run(List.of("ldd", program.toString())), java.nio.charset.StandardCharsets.UTF_8);
        Matcher library = LIBRARY.matcher(text);
        while (library.find()) {
            found.add(Path.of(library.group(1)));
        }
        return found;
    }

    private static byte[] run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] output = process.getInputStream().readAllBytes();
        process.waitFor();
        return output;
    }
}
