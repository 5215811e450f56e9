package dev.steppe.jobspec;

import dev.steppe.model.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code port "label" { static = 80 }} into the fixed ports of a network, and those without static into the others. */
final class PortReader {
    private static final String FIXED = "ReservedPorts";
    private static final String CHOSEN = "DynamicPorts";

    private final BlockReader reader;
    private final Findings findings;

    PortReader(BlockReader reader, Findings findings) {
        this.reader = reader;
        this.findings = findings;
    }

    void read(OpenBlock block, Map<String, Object> network, String path) {
        Map<String, Object> port = new LinkedHashMap<>(reader.read(Port.class, block, path + ".Port"));
        boolean fixed = port.get("Value") instanceof Long value && value > 0;
        String list = fixed ? FIXED : CHOSEN;
        List<Object> ports = ports(network, list);
        for (String each : List.of(FIXED, CHOSEN)) {
            for (Object other : ports(network, each)) {
                if (other instanceof Map<?, ?> known
                        && String.valueOf(known.get("Label")).equals(port.get("Label"))) {
                    findings.error(block.range(), "The port \"" + port.get("Label") + "\" is defined twice", "");
                }
            }
        }
        findings.place(path + "." + list + "[" + ports.size() + "]", block.range());
        ports.add(port);
        network.put(list, ports);
    }

    private static List<Object> ports(Map<String, Object> network, String list) {
        return network.get(list) instanceof List<?> ports ? new ArrayList<>(ports) : new ArrayList<>();
    }
}
