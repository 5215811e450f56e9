package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The network of a group (or, in an old form, of a task), and as offered or assigned. */
public record NetworkResource(
        @Default("host") String mode,
        String device,
        String cidr,
        String ip,
        Optional<DnsConfig> dns,
        List<Port> reservedPorts,
        List<Port> dynamicPorts,
        String hostname,
        @Json("MBits") int megabits,
        @Json("CNI") Optional<CniConfig> cni) {
    /** Host networking without ports. */
    public static NetworkResource ofHost() {
        return new NetworkResource("host", "", "", "", Optional.empty(), List.of(), List.of(), "", 0, Optional.empty());
    }

    /** All ports, fixed ones first. */
    public List<Port> ports() {
        var all = new ArrayList<Port>(reservedPorts);
        all.addAll(dynamicPorts);
        return Collections.unmodifiableList(all);
    }
}
