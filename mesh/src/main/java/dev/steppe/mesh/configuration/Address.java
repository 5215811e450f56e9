package dev.steppe.mesh.configuration;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** An IP literal and a TCP port. Host names are resolved before they get here. */
public record Address(String ip, int port) {
    public Address {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of " + ip + " is not between 1 and 65535");
        }
        ip = InetAddress.ofLiteral(ip).getHostAddress();
    }

    /** Reads {@code 10.0.0.1:80} or {@code [::1]:80}. */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + text + "' is not ip:port");
        }
        String ip = text.substring(0, colon);
        if (ip.startsWith("[") && ip.endsWith("]")) {
            ip = ip.substring(1, ip.length() - 1);
        }
        try {
            return new Address(ip, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException notNumber) {
            throw new IllegalArgumentException("'" + text + "' has no port number after the last colon", notNumber);
        }
    }

    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }

    @Override
    public String toString() {
        return ip.contains(":") ? "[" + ip + "]:" + port : ip + ":" + port;
    }
}
