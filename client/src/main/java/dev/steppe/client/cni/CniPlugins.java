package dev.steppe.client.cni;

import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Tool;
import dev.steppe.model.PortMapping;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Runs plug-ins by the protocol of CNI: words in the environment, JSON in and out. Blocking; safe for any thread. */
final class CniPlugins {
    private static final String PORTS = "portMappings";
    private static final String PREVIOUS = "prevResult";
    private static final Pattern VERSION = Pattern.compile("plugin (?:version )?v?(\\d+\\.\\d+\\.\\d+\\S*)");

    private final NamespaceThread thread;
    private final NamespaceThread.Entry machine;
    private final CniPlaces places;

    CniPlugins(NamespaceThread thread, NamespaceThread.Entry machine, CniPlaces places) {
        this.thread = thread;
        this.machine = machine;
        this.places = places;
    }

    /**
     * Whose network it is, as plug-ins are told.
     *
     * @param arguments names and values with semicolons between them
     */
    record Call(String container, Path namespace, String interfaceName, String arguments, List<PortMapping> ports) {}

    /** Lets each plug-in add its part; answers what the last one says came of it. */
    SortedMap<String, Object> add(CniList list, Call call) throws IOException, InterruptedException {
        SortedMap<String, Object> result = new TreeMap<>();
        for (SortedMap<String, Object> plugin : list.plugins()) {
            var now = told(plugin, call);
            if (!result.isEmpty() && list.isFrom(0, 3)) {
                now.put(PREVIOUS, result);
            }
            var output = run("ADD", plugin, list.input(plugin, now), call);
            if (!output.isBlank()) {
                result = parse(CniList.type(plugin), output);
            }
        }
        return result;
    }

    /** Lets each plug-in undo its part, the last one first. Every one gets its turn, whatever happens to the others. */
    void delete(CniList list, Call call, SortedMap<String, Object> result) throws IOException, InterruptedException {
        Optional<IOException> first = Optional.empty();
        for (SortedMap<String, Object> plugin : list.plugins().reversed()) {
            var now = told(plugin, call);
            if (!result.isEmpty() && list.isFrom(0, 4)) {
                now.put(PREVIOUS, result);
            }
            try {
                run("DEL", plugin, list.input(plugin, now), call);
            } catch (IOException failed) {
                first = first.or(() -> Optional.of(failed));
            }
        }
        if (first.isPresent()) {
            throw first.get();
        }
    }

    /** True when one of the plug-ins publishes ports on the machine. */
    static boolean publishes(CniList list) {
        return list.plugins().stream().anyMatch(plugin -> CniList.isCapable(plugin, PORTS));
    }

    private static SortedMap<String, Object> told(SortedMap<String, Object> plugin, Call call) {
        var now = new TreeMap<String, Object>();
        if (CniList.isCapable(plugin, PORTS) && !call.ports.isEmpty()) {
            now.put("runtimeConfig", new TreeMap<>(Map.of(PORTS, mappings(call.ports))));
        }
        return now;
    }

    private static List<SortedMap<String, Object>> mappings(List<PortMapping> ports) {
        var all = new ArrayList<SortedMap<String, Object>>();
        for (PortMapping port : ports) {
            for (String protocol : List.of("tcp", "udp")) {
                var mapping = new TreeMap<String, Object>();
                mapping.put("hostPort", port.value());
                mapping.put("containerPort", port.to() > 0 ? port.to() : port.value());
                mapping.put("protocol", protocol);
                if (!port.hostIp().isEmpty()) {
                    mapping.put("hostIP", port.hostIp());
                }
                all.add(mapping);
            }
        }
        return all;
    }

    private String run(String command, SortedMap<String, Object> plugin, SortedMap<String, Object> input, Call call)
            throws IOException, InterruptedException {
        String type = CniList.type(plugin);
        Path program = places.program(type)
                .orElseThrow(() -> new IOException(
                        "CNI plug-in \"" + type + "\" is not in " + places.path() + " (client { cni_path })"));
        var environment = List.of(
                "CNI_COMMAND=" + command,
                "CNI_CONTAINERID=" + call.container,
                "CNI_NETNS=" + call.namespace,
                "CNI_IFNAME=" + call.interfaceName,
                "CNI_ARGS=" + call.arguments,
                "CNI_PATH=" + places.path());
        var ended = Tool.run(thread, machine, program, environment, Codec.toJson(input));
        if (ended.status() != 0) {
            throw new IOException("CNI plug-in \"" + type + "\" " + command + ": " + reason(ended));
        }
        return ended.output();
    }

    /** Plug-ins say in JSON what is wrong. */
    private static String reason(Tool.Result ended) {
        try {
            var error =
                    CniList.map(Codec.fromJson(Object.class, ended.output())).orElse(new TreeMap<>());
            var message = CniList.text(error, "msg");
            if (message.isPresent()) {
                return message.get()
                        + CniList.text(error, "details").map(it -> "; " + it).orElse("");
            }
        } catch (CodecException noJson) {
            // it says so in its own words
        }
        return "status " + ended.status() + " " + (ended.errors() + ended.output()).strip();
    }

    private static SortedMap<String, Object> parse(String type, String output) throws IOException {
        try {
            return CniList.map(Codec.fromJson(Object.class, output))
                    .orElseThrow(() -> new IOException("CNI plug-in \"" + type + "\" answered what is no JSON object"));
        } catch (CodecException wrong) {
            throw new IOException(
                    "CNI plug-in \"" + type + "\" answered what is no JSON: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * The version of a plug-in, as it says without being asked to do something; where it does not say, the newest protocol it
     * speaks. Empty for a program that is no plug-in.
     */
    Optional<String> version(Path program) throws IOException, InterruptedException {
        var asked = Tool.run(thread, machine, program, List.of("CNI_COMMAND=VERSION"), "{\"cniVersion\":\"1.0.0\"}");
        if (asked.status() != 0) {
            return Optional.empty();
        }
        var spoken = new ArrayList<String>();
        try {
            if (CniList.map(Codec.fromJson(Object.class, asked.output()))
                            .map(it -> it.getOrDefault("supportedVersions", List.of()))
                            .orElse(List.of())
                    instanceof List<?> versions) {
                versions.forEach(it -> spoken.add(String.valueOf(it)));
            }
        } catch (CodecException noPlugin) {
            return Optional.empty();
        }
        if (spoken.isEmpty()) {
            return Optional.empty();
        }
        var alone = Tool.run(thread, machine, program, List.of(), "");
        var said = VERSION.matcher(alone.errors() + alone.output());
        return Optional.of(said.find() ? said.group(1) : spoken.getLast());
    }
}
