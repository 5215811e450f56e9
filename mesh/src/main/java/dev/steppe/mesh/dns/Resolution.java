package dev.steppe.mesh.dns;

import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.catalog.NodeEntry;
import java.util.List;

/** What a name stands for at one moment. Which records of it a question gets is for the protocol to say. */
public sealed interface Resolution {

    /** A service: those instances that are not critical, in the order of the catalog; empty when all are. */
    record Services(List<Instance> instances) implements Resolution {}

    /** A node. */
    record OfNode(NodeEntry node) implements Resolution {}

    /** An address that the name itself spells. */
    record OfAddress(String ip) implements Resolution {}

    /** The domain itself; its name servers are these. */
    record Domain(List<Instance> servers) implements Resolution {}

    /** No such name: a service, node or datacenter that does not exist, or a name of a form that has no meaning. */
    record NoSuchName() implements Resolution {}

    /** The name is not under the domain; somebody else may know it. */
    record OtherDomain() implements Resolution {}
}
