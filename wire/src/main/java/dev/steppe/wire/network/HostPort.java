package dev.steppe.wire.network;

import java.net.InetSocketAddress;

/** Where an agent is called, as people write it: {@code host:port}, {@code [address]:port}. */
public record HostPort(String host, int port) implements Comparable<HostPort> {
    private static final int PORT_MAX = 65_535;

    public HostPort {
        if (host.isEmpty() || port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("\"" + host + "\" and " + port + " are no host and port");
        }
    }

    /** Reads an address; without a port it is at the usual one. Fails with what is wrong. */
    public static HostPort parse(String text, int usualPort) {
        String written = text.strip();
        int close = written.indexOf(']');
        int colon = written.lastIndexOf(':');
        boolean bare = close < 0 && colon != written.indexOf(':');
        boolean hasPort = !bare && colon > close;
        String host = hasPort ? written.substring(0, colon) : written;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || !host.matches("[A-Za-z0-9._:%-]+")) {
            throw new IllegalArgumentException("\"" + text + "\" is no address: write host:port");
        }
        String port = hasPort ? written.substring(colon + 1) : Integer.toString(usualPort);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > PORT_MAX) {
            throw new IllegalArgumentException("\"" + text + "\" has no port from 1 to " + PORT_MAX);
        }
        return new HostPort(host, Integer.parseInt(port));
    }

    InetSocketAddress unresolved() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    @Override
    public int compareTo(HostPort other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
