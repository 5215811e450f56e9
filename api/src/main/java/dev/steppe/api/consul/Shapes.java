package dev.steppe.api.consul;

import dev.steppe.mesh.catalog.Check;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.catalog.NodeEntry;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Rows of the catalog in the shapes of the Consul API. Pure. */
final class Shapes {
    private Shapes() {}

    static SortedMap<String, Object> fields() {
        return new TreeMap<>();
    }

    private static SortedMap<String, Object> addresses(String address) {
        var addresses = fields();
        addresses.put("lan", address);
        addresses.put("wan", address);
        if (address.indexOf(':') < 0) {
            addresses.put("lan_ipv4", address);
            addresses.put("wan_ipv4", address);
        }
        return addresses;
    }

    private static SortedMap<String, Object> weights(Instance instance) {
        var weights = fields();
        weights.put("Passing", instance.sharing().weights().passing());
        weights.put("Warning", instance.sharing().weights().warning());
        return weights;
    }

    private static SortedMap<String, Object> taggedAddresses(Instance instance) {
        var addresses = fields();
        instance.sharing().addresses().forEach((tag, address) -> {
            var place = fields();
            place.put("Address", address);
            place.put("Port", instance.port());
            addresses.put(tag, place);
        });
        return addresses;
    }

    static SortedMap<String, Object> node(NodeEntry node) {
        var shape = fields();
        shape.put("ID", node.id().value());
        shape.put("Node", node.name());
        shape.put("Address", node.address());
        shape.put("Datacenter", node.datacenter());
        shape.put("TaggedAddresses", addresses(node.address()));
        shape.put("Meta", Collections.emptySortedMap());
        shape.put("CreateIndex", node.createIndex());
        shape.put("ModifyIndex", node.modifyIndex());
        return shape;
    }

    /** A service as its agent shows it. */
    static SortedMap<String, Object> service(Instance instance) {
        var shape = fields();
        shape.put("Kind", instance.kind());
        shape.put("ID", instance.id());
        shape.put("Service", instance.name());
        shape.put("Tags", instance.tags());
        shape.put("Meta", instance.meta());
        shape.put("Address", instance.address());
        shape.put("TaggedAddresses", taggedAddresses(instance));
        shape.put("Port", instance.port());
        shape.put("Weights", weights(instance));
        shape.put("EnableTagOverride", false);
        shape.put("Datacenter", instance.node().datacenter());
        shape.put("Proxy", proxy(instance));
        shape.put("Connect", connect(instance));
        shape.put("PeerName", "");
        shape.put("CreateIndex", instance.createIndex());
        shape.put("ModifyIndex", instance.modifyIndex());
        return shape;
    }

    private static SortedMap<String, Object> proxy(Instance instance) {
        var shape = fields();
        instance.proxy().ifPresent(target -> {
            shape.put("DestinationServiceName", target.service());
            shape.put("DestinationServiceID", target.instance());
            shape.put("LocalServiceAddress", target.localAddress());
            shape.put("LocalServicePort", target.localPort());
        });
        return shape;
    }

    private static SortedMap<String, Object> connect(Instance instance) {
        var shape = fields();
        if (instance.connectNative()) {
            shape.put("Native", true);
        }
        return shape;
    }

    /** A flat row of the catalog: the service with its node. */
    static SortedMap<String, Object> catalogRow(Instance instance) {
        var shape = fields();
        var node = instance.node();
        shape.put("ID", node.id().value());
        shape.put("Node", node.name());
        shape.put("Address", node.address());
        shape.put("Datacenter", node.datacenter());
        shape.put("TaggedAddresses", addresses(node.address()));
        shape.put("NodeMeta", Collections.emptySortedMap());
        shape.put("ServiceKind", instance.kind());
        shape.put("ServiceID", instance.id());
        shape.put("ServiceName", instance.name());
        shape.put("ServiceTags", instance.tags());
        shape.put("ServiceAddress", instance.address());
        shape.put("ServiceTaggedAddresses", taggedAddresses(instance));
        shape.put("ServiceWeights", weights(instance));
        shape.put("ServiceMeta", instance.meta());
        shape.put("ServicePort", instance.port());
        shape.put("ServiceEnableTagOverride", false);
        shape.put("ServiceProxy", proxy(instance));
        shape.put("ServiceConnect", connect(instance));
        shape.put("CreateIndex", instance.createIndex());
        shape.put("ModifyIndex", instance.modifyIndex());
        return shape;
    }

    /** The node, service and checks of an instance together. */
    static SortedMap<String, Object> healthRow(Instance instance) {
        var shape = fields();
        shape.put("Node", node(instance.node()));
        shape.put("Service", service(instance));
        var checks = new java.util.ArrayList<Object>();
        checks.add(check(instance.node(), instance.node().check()));
        instance.checks().forEach(check -> checks.add(check(instance, check)));
        shape.put("Checks", checks);
        return shape;
    }

    /** A check of a node. */
    static SortedMap<String, Object> check(NodeEntry node, Check check) {
        var shape = check(node.name(), check);
        shape.put("ServiceID", "");
        shape.put("ServiceName", "");
        shape.put("ServiceTags", List.of());
        shape.put("CreateIndex", node.createIndex());
        shape.put("ModifyIndex", node.modifyIndex());
        return shape;
    }

    /** A check of a service. */
    static SortedMap<String, Object> check(Instance instance, Check check) {
        var shape = check(instance.node().name(), check);
        shape.put("ServiceID", instance.id());
        shape.put("ServiceName", instance.name());
        shape.put("ServiceTags", instance.tags());
        shape.put("CreateIndex", instance.createIndex());
        shape.put("ModifyIndex", instance.modifyIndex());
        return shape;
    }

    private static SortedMap<String, Object> check(String node, Check check) {
        var shape = fields();
        shape.put("Node", node);
        shape.put("CheckID", check.id());
        shape.put("Name", check.name());
        shape.put("Status", check.health().word());
        shape.put("Notes", check.notes());
        shape.put("Output", check.output());
        shape.put("Type", check.type());
        shape.put("Definition", Collections.emptySortedMap());
        return shape;
    }
}
