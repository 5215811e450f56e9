package dev.steppe.client.network;

import java.io.IOException;
import java.util.List;

/** Two packet filters of one kind, for IPv4 and IPv6; each knows its own ports. */
final class BothVersions implements Firewall {
    private final List<Firewall> filters;

    BothVersions(Firewall version4, Firewall version6) {
        this.filters = List.of(version4, version6);
    }

    @Override
    public String name() {
        return filters.getFirst().name();
    }

    @Override
    public void apply(List<PublishedPort> ports) throws IOException, InterruptedException {
        for (Firewall filter : filters) {
            filter.apply(ports);
        }
    }

    @Override
    public void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException {
        for (Firewall filter : filters) {
            filter.publish(added, all);
        }
    }

    @Override
    public void withdraw(List<PublishedPort> removed, List<PublishedPort> left)
            throws IOException, InterruptedException {
        for (Firewall filter : filters) {
            filter.withdraw(removed, left);
        }
    }

    @Override
    public boolean isIntact() throws IOException, InterruptedException {
        for (Firewall filter : filters) {
            if (!filter.isIntact()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        for (Firewall filter : filters) {
            filter.remove();
        }
    }
}
