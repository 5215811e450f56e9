package dev.steppe.agent.configuration;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.io.linux.Capability;
import dev.steppe.language.value.Value;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The config of {@code plugin "docker"} as settings. For one thread. */
final class ContainerTranslation {
    private static final String BLOCK = "plugin \"docker\".config.";
    private static final List<String> MODES = List.of("pid", "ipc", "uts", "userns");

    private final Written nomad;
    private final ContainerSettings usual = ContainerSettings.standard();

    ContainerTranslation(Written nomad) {
        this.nomad = nomad;
    }

    /** {@code volumes} and {@code privileged} are what older words say where this block is silent. */
    ContainerSettings settings(boolean volumes, boolean privileged) {
        return new ContainerSettings(permissions(volumes, privileged), images(), containers());
    }

    private ContainerSettings.Permissions permissions(boolean volumes, boolean privileged) {
        var modes = new TreeMap<String, List<String>>();
        for (String kind : MODES) {
            nomad.value(BLOCK + "allowed_modes." + kind, Reading::texts).ifPresent(found -> modes.put(kind, found));
        }
        return new ContainerSettings.Permissions(
                nomad.value(BLOCK + "volumes.enabled", Reading::flag).orElse(volumes),
                nomad.value(BLOCK + "allow_privileged", Reading::flag).orElse(privileged),
                nomad.value(BLOCK + "allow_caps", ContainerTranslation::capabilities)
                        .orElse(usual.permissions().capabilities()),
                nomad.value(BLOCK + "allow_runtimes", Reading::texts)
                        .orElse(usual.permissions().runtimes()),
                modes,
                nomad.value(BLOCK + "allow_devices", ContainerTranslation::devices)
                        .orElse(List.of()));
    }

    private ContainerSettings.Images images() {
        var standard = usual.images();
        return new ContainerSettings.Images(
                nomad.value(BLOCK + "auth.config", Reading::absolutePath),
                nomad.value(BLOCK + "auth.helper", ContainerTranslation::helper),
                nomad.value(BLOCK + "image_pull_timeout", Reading::duration).orElse(standard.pullWithin()),
                nomad.value(BLOCK + "pull_activity_timeout", Reading::duration).orElse(standard.activityWithin()),
                nomad.value(BLOCK + "gc.image", Reading::flag).orElse(standard.remove()),
                nomad.value(BLOCK + "gc.image_delay", Reading::duration).orElse(standard.removeAfter()));
    }

    private ContainerSettings.Containers containers() {
        var limit = nomad.value(BLOCK + "pids_limit", Reading::number)
                .filter(most -> most > 0)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
        var options = new TreeMap<>(nomad.map(BLOCK + "logging.config"));
        return new ContainerSettings.Containers(
                nomad.value(BLOCK + "extra_labels", Reading::texts).orElse(List.of()),
                nomad.value(BLOCK + "logging.type", Reading::text)
                        .map(type -> new ContainerSettings.Logging(type, options)),
                limit,
                nomad.value(BLOCK + "oom_score_adj", Reading::number)
                        .orElse((long) usual.containers().oomScoreAdjustment())
                        .intValue(),
                !nomad.value(BLOCK + "disable_log_collection", Reading::flag).orElse(false),
                nomad.value(BLOCK + "gc.container", Reading::flag).orElse(true),
                nomad.value(BLOCK + "volumes.selinuxlabel", Reading::text).orElse(""),
                nomad.value(BLOCK + "nvidia_runtime", Reading::text)
                        .orElse(usual.containers().graphicsRuntime()));
    }

    private static List<String> capabilities(Value value) throws RefusedValueException {
        return each(
                value,
                name -> name.equalsIgnoreCase("all") || Capability.parse(name).isPresent(),
                "which is no capability of Linux");
    }

    private static List<String> devices(Value value) throws RefusedValueException {
        return each(value, path -> path.startsWith("/dev/"), "which is no path below /dev");
    }

    private static List<String> each(Value value, Predicate<String> fits, String otherwise)
            throws RefusedValueException {
        var texts = Reading.texts(value);
        for (String text : texts) {
            if (!fits.test(text)) {
                throw new RefusedValueException("names \"" + text + "\", " + otherwise);
            }
        }
        return texts;
    }

    private static String helper(Value value) throws RefusedValueException {
        var name = Reading.text(value);
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new RefusedValueException(
                    "must be the end of a program's name: \"ecr-login\" stands for" + " docker-credential-ecr-login");
        }
        return name;
    }
}
