package dev.steppe.agent.configuration;

import dev.steppe.client.settings.ExecSettings;
import dev.steppe.io.linux.Capability;
import dev.steppe.language.value.Value;
import dev.steppe.model.NumberRanges;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The blocks {@code plugin}, and the old {@code client.options} that say the same, as settings. For one thread. */
final class PluginTranslation {
    private static final String UNIX = "unix://";
    private static final List<String> DRIVERS = List.of("docker", "exec", "java", "raw_exec");

    private final Written nomad;
    private final Findings findings;
    private final Plugins usual;
    private final Map<String, String> options;

    PluginTranslation(Written nomad, Findings findings, boolean development) {
        this.nomad = nomad;
        this.findings = findings;
        this.usual = development ? Plugins.development() : Plugins.standard();
        this.options = new TreeMap<>(nomad.map("client.options"));
    }

    Plugins plugins() {
        String raw = "plugin \"raw_exec\".config.";
        String java = "plugin \"java\".config.";
        boolean rawByOption = option(
                        "driver.raw_exec.enable",
                        Boolean.toString(usual.rawExec().enabled()))
                .equals("true");
        var rawExec = new Plugins.RawExec(
                nomad.value(raw + "enabled", Reading::flag).orElse(rawByOption),
                nomad.value(raw + "allow_root", Reading::flag)
                        .orElse(usual.rawExec().allowRoot()),
                !nomad.value(raw + "no_cgroups", Reading::flag).orElse(false),
                nomad.value(raw + "denied_host_uids", PluginTranslation::ranges).orElse(""),
                nomad.value(raw + "denied_host_gids", PluginTranslation::ranges).orElse(""),
                nomad.texts(raw + "denied_envvars"));
        var javaPlugin = new Plugins.Java(
                nomad.value(java + "allow_root", Reading::flag)
                        .orElse(usual.java().allowRoot()),
                nomad.value(java + "java_home", Reading::absolutePath).or(usual.java()::javaHome));
        var plugins = new Plugins(rawExec, javaPlugin, docker(), exec(), offered());
        options.keySet()
                .forEach(name -> nomad.setting("client.options")
                        .ifPresent(setting -> findings.atStart(
                                setting.place(),
                                "\"" + name + "\" in \"client.options\" is not supported",
                                "Write it in plugin \"...\" { config { ... } }, or remove it.")));
        return plugins;
    }

    private String option(String name, String otherwise) {
        String found = options.remove(name);
        return found == null ? otherwise : found;
    }

    /** Which drivers there are: {@code driver.allowlist} and {@code driver.denylist}. */
    private List<String> offered() {
        var allowed = names(option("driver.allowlist", option("driver.whitelist", "")));
        var denied = names(option("driver.denylist", option("driver.blacklist", "")));
        return DRIVERS.stream()
                .filter(driver -> allowed.isEmpty() || allowed.contains(driver))
                .filter(driver -> !denied.contains(driver))
                .toList();
    }

    private static List<String> names(String separated) {
        return Arrays.stream(separated.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private Plugins.Docker docker() {
        String block = "plugin \"docker\".config.";
        String byOption = option("docker.endpoint", "");
        return new Plugins.Docker(
                nomad.value(block + "endpoint", PluginTranslation::socket)
                        .or(() -> byOption.startsWith(UNIX + "/")
                                ? java.util.Optional.of(Path.of(byOption.substring(UNIX.length())))
                                : java.util.Optional.empty())
                        .or(usual.docker()::endpoint),
                new ContainerTranslation(nomad)
                        .settings(
                                option("docker.volumes.enabled", "false").equals("true"),
                                option("docker.privileged.enabled", "false").equals("true")));
    }

    private static Path socket(Value value) throws RefusedValueException {
        String endpoint = Reading.text(value);
        if (!endpoint.startsWith(UNIX + "/")) {
            throw new RefusedValueException("= \"" + endpoint
                    + "\" is not supported yet: name the daemon's socket, as in unix:///var/run/docker.sock");
        }
        return Reading.absolutePath(Value.of(endpoint.substring(UNIX.length())));
    }

    private ExecSettings exec() {
        String block = "plugin \"exec\".config.";
        return new ExecSettings(
                nomad.value(block + "no_pivot_root", Reading::flag).orElse(false),
                nomad.value(block + "default_pid_mode", PluginTranslation::isHost)
                        .orElse(false),
                nomad.value(block + "default_ipc_mode", PluginTranslation::isHost)
                        .orElse(false),
                nomad.value(block + "allow_caps", PluginTranslation::capabilities)
                        .orElse(List.of()),
                nomad.value(block + "denied_host_uids", PluginTranslation::ranges)
                        .orElse(""),
                nomad.value(block + "denied_host_gids", PluginTranslation::ranges)
                        .orElse(""));
    }

    private static List<String> capabilities(Value value) throws RefusedValueException {
        var names = Reading.texts(value);
        for (String name : names) {
            if (!name.equalsIgnoreCase("all") && Capability.parse(name).isEmpty()) {
                throw new RefusedValueException("names \"" + name + "\", which is no capability of Linux");
            }
        }
        return names;
    }

    private static String ranges(Value value) throws RefusedValueException {
        String text = Reading.anyText(value);
        try {
            NumberRanges.parse(text);
            return text;
        } catch (IllegalArgumentException mistake) {
            throw new RefusedValueException("has a mistake: " + mistake.getMessage());
        }
    }

    private static boolean isHost(Value value) throws RefusedValueException {
        return switch (Reading.text(value)) {
            case "host" -> true;
            case "private" -> false;
            default -> throw new RefusedValueException("must be \"private\" or \"host\"");
        };
    }
}
