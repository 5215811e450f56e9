package dev.steppe.client.driver;

import dev.steppe.client.driver.DockerClient.Json;
import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * With what a registry is asked for an image: what the task says, else what the node's file says, else what the node's
 * helper program knows. Blocking.
 */
record RegistryCredentials(ContainerSettings.Images settings) {
    private static final String HUB = "docker.io";
    private static final String HUB_KEY = "https://index.docker.io/v1/";
    private static final String HELPER = "docker-credential-";
    private static final long HELPER_SECONDS = 30;
    private static final int ANSWER_MAX = 64 * 1024;
    private static final List<String> PLACES =
            List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin");

    /** The registry an image comes from, as people name it. */
    static String registry(String image) {
        int slash = image.indexOf('/');
        var first = slash < 0 ? "" : image.substring(0, slash);
        return first.contains(".") || first.contains(":") || first.equals("localhost") ? first : HUB;
    }

    /** What the engine is to be given, by its names; empty for nothing. */
    SortedMap<String, String> of(String image, SortedMap<String, Object> config) throws IOException {
        var registry = registry(image);
        var block = ConfigKeys.block(config, "auth");
        if (!block.isEmpty()) {
            return ofTask(block, registry);
        }
        if (settings.credentials().isPresent()) {
            var found = ofFile(settings.credentials().get(), registry);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return settings.helper().isPresent()
                ? ofHelper(settings.helper().get(), registry)
                : Collections.emptySortedMap();
    }

    private static SortedMap<String, String> ofTask(SortedMap<String, Object> block, String registry) {
        var found = new TreeMap<String, String>();
        for (String key : List.of("username", "password", "email")) {
            if (block.containsKey(key)) {
                found.put(key, ConfigKeys.text(block, key));
            }
        }
        var address = ConfigKeys.text(block, "server_address");
        found.put("serveraddress", address.isEmpty() ? registry : address);
        return found;
    }

    private static SortedMap<String, String> ofFile(Path file, String registry) throws IOException {
        Object known;
        try {
            known = Json.read(Files.readAllBytes(file));
        } catch (NoSuchFileException gone) {
            throw new IOException("the file of credentials " + file + " is not there", gone);
        }
        for (String key : keys(registry)) {
            var helper = Json.text(known, "credHelpers", key);
            if (!helper.isEmpty()) {
                return ofHelper(helper, registry);
            }
            var entry = Json.at(known, "auths", key);
            if (entry.isPresent() && !Json.text(entry.get(), "auth").isEmpty()) {
                return decoded(Json.text(entry.get(), "auth"), registry, file);
            }
            if (entry.isPresent() && !Json.text(entry.get(), "identitytoken").isEmpty()) {
                return new TreeMap<>(
                        Map.of("identitytoken", Json.text(entry.get(), "identitytoken"), "serveraddress", registry));
            }
        }
        var store = Json.text(known, "credsStore");
        return store.isEmpty() ? Collections.emptySortedMap() : ofHelper(store, registry);
    }

    /** The names under which the docker command keeps a registry. */
    private static List<String> keys(String registry) {
        return registry.equals(HUB)
                ? List.of(HUB_KEY, HUB, "index.docker.io")
                : List.of(registry, "https://" + registry, "http://" + registry);
    }

    private static SortedMap<String, String> decoded(String auth, String registry, Path file) throws IOException {
        try {
            var text = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon > 0) {
                return new TreeMap<>(Map.of(
                        "username", text.substring(0, colon),
                        "password", text.substring(colon + 1),
                        "serveraddress", registry));
            }
        } catch (IllegalArgumentException malformed) {
            // told below: what is malformed must not be quoted
        }
        throw new IOException("the entry of " + registry + " in " + file + " is not name and password in base64");
    }

    private static SortedMap<String, String> ofHelper(String name, String registry) throws IOException {
        var program = PLACES.stream()
                .map(place -> Path.of(place, HELPER + name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException(HELPER + name + " is not installed (looked in " + PLACES + ")"));
        return ofProgram(program, registry);
    }

    static SortedMap<String, String> ofProgram(Path program, String registry) throws IOException {
        var builder = new ProcessBuilder(program.toString(), "get").redirectError(ProcessBuilder.Redirect.DISCARD);
        var home = System.getenv("HOME");
        builder.environment().clear();
        builder.environment().put("PATH", String.join(":", PLACES));
        if (home != null) {
            builder.environment().put("HOME", home);
        }
        var process = builder.start();
        try (var output = process.getInputStream()) {
            try (var input = process.getOutputStream()) {
                input.write((registry.equals(HUB) ? HUB_KEY : registry).getBytes(StandardCharsets.UTF_8));
            }
            var killer = process.onExit()
                    .orTimeout(HELPER_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(late -> {
                        process.destroyForcibly();
                        return process;
                    });
            var answer = output.readNBytes(ANSWER_MAX);
            if (killer.join().waitFor() != 0) {
                throw new IOException(program.getFileName() + " knows no credentials for " + registry + " (status "
                        + process.exitValue() + ")");
            }
            var said = Json.read(answer);
            var user = Json.text(said, "Username");
            return new TreeMap<>(
                    user.equals("<token>")
                            ? Map.of("identitytoken", Json.text(said, "Secret"), "serveraddress", registry)
                            : Map.of(
                                    "username", user,
                                    "password", Json.text(said, "Secret"),
                                    "serveraddress", registry));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IOException("interrupted while asking " + program.getFileName(), stopping);
        }
    }
}
