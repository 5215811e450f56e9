package dev.steppe.client.network;

import java.io.IOException;
import java.util.List;

/**
 * A packet filter, and a relay for ports at IPv6 addresses of the machine whose allocations have IPv4 addresses only: a
 * packet filter does not translate between the two.
 */
final class FirewallWithRelay implements Firewall {
    private final Firewall filter;
    private final PortRelay relay;

    FirewallWithRelay(Firewall filter, PortRelay relay) {
        this.filter = filter;
        this.relay = relay;
    }

    @Override
    public String name() {
        return filter.name();
    }

    @Override
    public void apply(List<PublishedPort> ports) throws IOException, InterruptedException {
        filter.apply(filtered(ports));
        relay.apply(relayed(ports));
    }

    @Override
    public void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException {
        filter.publish(filtered(added), filtered(all));
        relay.apply(relayed(all));
    }

    @Override
    public void withdraw(List<PublishedPort> removed, List<PublishedPort> left)
            throws IOException, InterruptedException {
        filter.withdraw(filtered(removed), filtered(left));
        relay.apply(relayed(left));
    }

    private static List<PublishedPort> filtered(List<PublishedPort> ports) {
        return ports.stream().filter(port -> !port.crossesVersions()).toList();
    }

    private static List<PublishedPort> relayed(List<PublishedPort> ports) {
        return ports.stream().filter(PublishedPort::crossesVersions).toList();
    }

    @Override
    public boolean isIntact() throws IOException, InterruptedException {
        return filter.isIntact() && relay.isIntact();
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        relay.remove();
        filter.remove();
    }
}
