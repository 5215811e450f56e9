package dev.steppe.client.driver;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.model.specification.ConfigKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeSet;

/** Which capabilities containers have. Pure. */
final class DockerCapabilities {
    private static final String ALL = "all";

    /** What engines give every container, without raw sockets: those fool the neighbours on a bridge. */
    private static final List<String> USUAL = List.of(
            "audit_write",
            "chown",
            "dac_override",
            "fowner",
            "fsetid",
            "kill",
            "mknod",
            "net_bind_service",
            "setfcap",
            "setgid",
            "setpcap",
            "setuid",
            "sys_chroot");

    private DockerCapabilities() {}

    /** What tasks may ask for. */
    static List<String> allowed(ContainerSettings.Permissions node) {
        return node.capabilities().isEmpty()
                ? USUAL
                : node.capabilities().stream().map(DockerCapabilities::plain).toList();
    }

    static boolean isAllowed(String wanted, ContainerSettings.Permissions node) {
        var allowed = allowed(node);
        return node.privileged() || allowed.contains(ALL) || allowed.contains(plain(wanted));
    }

    /** What a container has, as the engine names them: the usual ones the node allows, less and more as it asks. */
    static List<String> of(SortedMap<String, Object> config, ContainerSettings.Permissions node) {
        var dropped = ConfigKeys.texts(config, "cap_drop").stream()
                .map(DockerCapabilities::plain)
                .toList();
        var given = new TreeSet<String>();
        if (!dropped.contains(ALL)) {
            USUAL.stream()
                    .filter(usual -> isAllowed(usual, node) && !dropped.contains(usual))
                    .forEach(given::add);
        }
        ConfigKeys.texts(config, "cap_add").stream()
                .map(DockerCapabilities::plain)
                .forEach(given::add);
        if (given.contains(ALL)) {
            return List.of("ALL");
        }
        var names = new ArrayList<String>();
        given.forEach(name -> names.add("CAP_" + name.toUpperCase(Locale.ROOT)));
        return names;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceFirst("^cap_", "");
    }
}
