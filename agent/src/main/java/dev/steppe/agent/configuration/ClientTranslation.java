package dev.steppe.agent.configuration;

import dev.steppe.client.cni.CniPlaces;
import dev.steppe.client.driver.AllocationUsers;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import dev.steppe.client.network.Subnet6;
import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.client.settings.CapacitySettings;
import dev.steppe.client.settings.DeviceSettings;
import dev.steppe.client.settings.TemplateSettings;
import dev.steppe.io.process.Cgroups;
import dev.steppe.language.value.Value;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.HostVolume;
import dev.steppe.model.NumberRanges;
import dev.steppe.model.PortRanges;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The block {@code client} as settings. For one thread. */
final class ClientTranslation {
    private static final int DYNAMIC_PORT_FIRST = 20_000;
    private static final int DYNAMIC_PORT_LAST = 32_000;
    private static final int ENDED_KEPT = 50;

    private final Written nomad;
    private final Findings findings;
    private final boolean development;

    ClientTranslation(Written nomad, Findings findings, boolean development) {
        this.nomad = nomad;
        this.findings = findings;
        this.development = development;
    }

    ClientSettings settings(SortedMap<String, String> meta) {
        return new ClientSettings(
                nomad.value("client.enabled", Reading::flag).orElse(development),
                nomad.value("client.node_class", Reading::text).orElse(""),
                nomad.value("client.node_pool", ClientTranslation::pool).orElse("default"),
                meta,
                nomad.value("client.network_interface", Reading::text),
                nomad.value("client.bridge_network_name", ClientTranslation::bridge)
                        .orElse(NetworkSettings.DEFAULT_BRIDGE),
                nomad.value("client.bridge_network_subnet", ClientTranslation::subnet)
                        .orElse(Subnet.parse(NetworkSettings.DEFAULT_SUBNET)),
                nomad.value("client.bridge_network_subnet_ipv6", ClientTranslation::subnet6),
                CniPlaces.of(
                        nomad.value("client.cni_path", Reading::text).orElse(CniPlaces.USUAL_PROGRAMS),
                        nomad.value("client.cni_config_dir", Reading::text).orElse(CniPlaces.USUAL_NETWORKS)),
                nomad.value("client.alloc_dir", Reading::absolutePath),
                nomad.value("client.state_dir", Reading::absolutePath),
                capacity(),
                nomad.value("client.max_kill_timeout", Translation::positive).orElse(Duration.ofSeconds(30)),
                nomad.value("client.gc_max_allocs", Reading::count).orElse(ENDED_KEPT),
                nomad.value("client.disable_remote_exec", Reading::flag).orElse(false),
                nomad.map("client.chroot_env"),
                nomad.value("client.cgroup_parent", ClientTranslation::controlGroup),
                hostVolumes(),
                hostNetworks(),
                devices(),
                artifact(),
                template(),
                new VaultTranslation(nomad, findings).settings(),
                users());
    }

    private AllocationUsers.Range users() {
        var usual = AllocationUsers.Range.standard();
        int first = nomad.value("client.users.dynamic_user_min", Reading::count).orElse(usual.first());
        int last = nomad.value("client.users.dynamic_user_max", Reading::count).orElse(usual.last());
        if (first > 0 && first <= last) {
            return new AllocationUsers.Range(first, last);
        }
        nomad.setting("client.users.dynamic_user_min")
                .or(() -> nomad.setting("client.users.dynamic_user_max"))
                .ifPresent(setting -> findings.atStart(
                        setting.place(),
                        "the users from " + first + " to " + last + " are no range",
                        "Let dynamic_user_min be above 0 and dynamic_user_max not below it."));
        return usual;
    }

    private static String pool(Value value) throws RefusedValueException {
        String pool = Reading.text(value);
        if (pool.equals("all") || !pool.matches("[a-zA-Z0-9_-]{1,128}")) {
            throw new RefusedValueException("= \"" + pool
                    + "\" must be 1 to 128 letters, digits, - or _, and not \"all\", which means every pool");
        }
        return pool;
    }

    private static String controlGroup(Value value) throws RefusedValueException {
        String path = Reading.text(value).replaceAll("^/+|/+$", "");
        if (!Cgroups.isParent(path)) {
            throw new RefusedValueException("= \"" + Reading.text(value)
                    + "\" must be the path of a control group, such as \"nomad.slice\": letters, digits and _ . @ -"
                    + " between slashes");
        }
        return path;
    }

    private static String bridge(Value value) throws RefusedValueException {
        String name = Reading.text(value);
        try {
            return network(name, Subnet.parse(NetworkSettings.DEFAULT_SUBNET)).bridge();
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private static Subnet subnet(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        try {
            return network(NetworkSettings.DEFAULT_BRIDGE, Subnet.parse(text)).subnet();
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private static Subnet6 subnet6(Value value) throws RefusedValueException {
        try {
            return new NetworkSettings.Version6(Subnet6.parse(Reading.text(value)), List.of()).subnet();
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private static NetworkSettings network(String bridge, Subnet subnet) {
        return new NetworkSettings(bridge, subnet, Path.of("/"), Optional.empty());
    }

    private CapacitySettings capacity() {
        int first = nomad.value("client.min_dynamic_port", Reading::port).orElse(DYNAMIC_PORT_FIRST);
        int last = nomad.value("client.max_dynamic_port", Reading::port).orElse(DYNAMIC_PORT_LAST);
        if (first > last) {
            nomad.setting("client.min_dynamic_port")
                    .or(() -> nomad.setting("client.max_dynamic_port"))
                    .ifPresent(setting -> findings.wrong(
                            setting.place(),
                            "The range of dynamic ports ends before it begins: " + first + "-" + last,
                            ""));
        }
        var disk = nomad.value("client.disk_free_mb", ClientTranslation::amount)
                .or(() -> nomad.value("client.disk_total_mb", ClientTranslation::amount));
        return new CapacitySettings(
                nomad.value("client.cpu_total_compute", ClientTranslation::amount)
                        .filter(mhz -> mhz > 0),
                nomad.value("client.memory_total_mb", ClientTranslation::amount).filter(mb -> mb > 0),
                disk.filter(mb -> mb > 0),
                nomad.value("client.reservable_cores", ClientTranslation::cores)
                        .filter(cores -> !cores.ranges().isEmpty()),
                new CapacitySettings.Reserved(
                        nomad.value("client.reserved.cpu", ClientTranslation::amount)
                                .orElse(0L),
                        nomad.value("client.reserved.memory", ClientTranslation::amount)
                                .orElse(0L),
                        nomad.value("client.reserved.disk", ClientTranslation::amount)
                                .orElse(0L),
                        nomad.value("client.reserved.cores", ClientTranslation::cores)
                                .orElse(NumberRanges.none()),
                        nomad.value("client.reserved.reserved_ports", ClientTranslation::portRanges)
                                .orElse(PortRanges.NONE)),
                first,
                last);
    }

    private static long amount(Value value) throws RefusedValueException {
        return Reading.count(value);
    }

    private static NumberRanges cores(Value value) throws RefusedValueException {
        try {
            return NumberRanges.parse(Reading.anyText(value).replace(" ", ""));
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private List<DeviceSettings> devices() {
        var devices = new ArrayList<DeviceSettings>();
        for (String label : nomad.labels("client.device")) {
            String block = "client.device \"" + label + "\"";
            String[] parts = label.split("/", -1);
            var ids = nomad.texts(block + ".ids");
            var settings = nomad.setting(block + ".ids");
            if (parts.length != 3 || Arrays.stream(parts).anyMatch(String::isBlank)) {
                settings.ifPresent(setting -> findings.wrong(
                        setting.place(),
                        "device \"" + label + "\" must be named vendor/type/name",
                        "For example device \"nvidia/gpu/a100\" { ids = [\"GPU-1\"] }."));
                continue;
            }
            devices.add(new DeviceSettings(
                    parts[0],
                    parts[1],
                    parts[2],
                    ids,
                    nomad.map(block + ".attributes"),
                    nomad.map(block + ".env"),
                    nomad.value(block + ".numa_node", Reading::count)));
        }
        return devices;
    }

    private static PortRanges portRanges(Value value) throws RefusedValueException {
        try {
            return new PortRanges(Reading.anyText(value).replace(" ", ""));
        } catch (IllegalArgumentException wrong) {
            throw new RefusedValueException("is refused: " + wrong.getMessage());
        }
    }

    private SortedMap<String, HostVolume> hostVolumes() {
        var volumes = new TreeMap<String, HostVolume>();
        for (String name : nomad.labels("client.host_volume")) {
            String block = "client.host_volume \"" + name + "\"";
            var path = nomad.value(block + ".path", Reading::absolutePath);
            boolean readOnly = nomad.value(block + ".read_only", Reading::flag).orElse(false);
            path.ifPresent(found -> volumes.put(name, new HostVolume(name, found.toString(), readOnly)));
            if (path.isEmpty()) {
                nomad.setting(block + ".read_only")
                        .ifPresent(setting -> findings.wrong(setting.place(), block + " has no path", ""));
            }
        }
        return volumes;
    }

    private SortedMap<String, HostNetwork> hostNetworks() {
        var networks = new TreeMap<String, HostNetwork>();
        for (String name : nomad.labels("client.host_network")) {
            String block = "client.host_network \"" + name + "\"";
            networks.put(
                    name,
                    new HostNetwork(
                            name,
                            nomad.value(block + ".cidr", ClientTranslation::cidr)
                                    .orElse(""),
                            nomad.value(block + ".interface", Reading::text).orElse(""),
                            nomad.value(block + ".reserved_ports", ClientTranslation::portRanges)
                                    .orElse(PortRanges.NONE)));
        }
        return networks;
    }

    private static String cidr(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        if (!text.matches("[0-9a-fA-F.:]+/\\d{1,3}")) {
            throw new RefusedValueException("= \"" + text + "\" must be a network such as \"10.0.0.0/8\"");
        }
        return text;
    }

    private ArtifactSettings artifact() {
        var usual = ArtifactSettings.standard();
        String block = "client.artifact.";
        return new ArtifactSettings(
                nomad.value(block + "http_read_timeout", Reading::duration).orElse(usual.httpTimeout()),
                nomad.value(block + "http_max_size", Reading::size).orElse(usual.httpSizeMax()),
                nomad.value(block + "git_timeout", Reading::duration).orElse(usual.gitTimeout()),
                nomad.value(block + "hg_timeout", Reading::duration).orElse(usual.mercurialTimeout()),
                nomad.value(block + "s3_timeout", Reading::duration).orElse(usual.s3Timeout()),
                nomad.value(block + "gcs_timeout", Reading::duration).orElse(usual.gcsTimeout()),
                nomad.value(block + "decompression_size_limit", Reading::size).orElse(usual.unpackedSizeMax()),
                nomad.value(block + "decompression_file_count_limit", Reading::count)
                        .orElse(usual.unpackedFilesMax()),
                nomad.value(block + "disable_artifact_inspection", Reading::flag)
                        .orElse(false),
                nomad.value(block + "disable_filesystem_isolation", Reading::flag)
                        .orElse(false),
                nomad.texts(block + "filesystem_isolation_extra_paths"),
                nomad.value(block + "set_environment_variables", Reading::anyText)
                        .map(names -> Arrays.stream(names.split(",", -1))
                                .map(String::strip)
                                .filter(name -> !name.isEmpty())
                                .toList())
                        .orElse(usual.environment()));
    }

    private TemplateSettings template() {
        var usual = TemplateSettings.standard();
        String block = "client.template.";
        var denied = new java.util.ArrayList<>(nomad.texts(block + "function_denylist"));
        denied.addAll(nomad.texts(block + "function_blacklist"));
        boolean said = nomad.setting(block + "function_denylist").isPresent()
                || nomad.setting(block + "function_blacklist").isPresent();
        return new TemplateSettings(
                said ? denied : usual.functionDenylist(),
                nomad.value(block + "disable_file_sandbox", Reading::flag).orElse(false),
                nomad.value(block + "max_stale", Reading::duration).orElse(usual.maxStale()),
                nomad.value(block + "block_query_wait", Translation::positive).orElse(usual.blockQueryWait()),
                wait(block + "wait.", usual.waiting()),
                wait(block + "wait_bounds.", usual.waitBounds()),
                retry(block + "consul_retry."),
                retry(block + "vault_retry."),
                retry(block + "nomad_retry."));
    }

    private Optional<TemplateSettings.Wait> wait(String block, Optional<TemplateSettings.Wait> usual) {
        boolean enabled = nomad.value(block + "enabled", Reading::flag).orElse(true);
        var min = nomad.value(block + "min", Reading::duration);
        var max = nomad.value(block + "max", Reading::duration);
        if (!enabled || min.isEmpty() && max.isEmpty()) {
            return enabled ? usual : Optional.empty();
        }
        try {
            var shortest = min.or(() -> usual.map(TemplateSettings.Wait::min)).orElse(Duration.ZERO);
            var longest = max.or(() -> usual.map(TemplateSettings.Wait::max)).orElse(shortest.multipliedBy(4));
            return Optional.of(new TemplateSettings.Wait(shortest, longest));
        } catch (IllegalArgumentException wrong) {
            nomad.setting(block + "min")
                    .or(() -> nomad.setting(block + "max"))
                    .ifPresent(setting -> findings.wrong(setting.place(), block + " " + wrong.getMessage(), ""));
            return usual;
        }
    }

    private TemplateSettings.Retry retry(String block) {
        var usual = TemplateSettings.Retry.standard();
        return new TemplateSettings.Retry(
                nomad.value(block + "attempts", Reading::count).orElse(usual.attempts()),
                nomad.value(block + "backoff", Translation::positive).orElse(usual.backoff()),
                nomad.value(block + "max_backoff", Reading::duration).orElse(usual.maxBackoff()));
    }
}
