package dev.steppe.cli.http;

/** Where an agent listens: a TCP host and port, or the path of a unix socket; {@code shown} is what the user wrote. */
public record Target(String shown, String host, int port, String socketPath) {

    /**
     * Reads an address as users write it: {@code http://host:port}, {@code host:port} or {@code unix:///path}.
     *
     * @throws ApiException when it is none of these, with the forms that are
     */
    public static Target parse(String address, int portDefault) throws ApiException {
        if (address.startsWith("unix://")) {
            return new Target(address, "localhost", 0, address.substring("unix://".length()));
        }
        if (address.startsWith("https://")) {
            throw new ApiException("address " + address + ": https is not supported by the commands yet; use http on "
                    + "loopback, or unix:///path");
        }
        var rest = address.startsWith("http://") ? address.substring("http://".length()) : address;
        if (rest.contains("://")) {
            throw new ApiException("address " + address + ": write http://host:port or unix:///path");
        }
        while (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        var colon = rest.lastIndexOf(':');
        var bracket = rest.lastIndexOf(']');
        var host = colon > bracket ? rest.substring(0, colon) : rest;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Target(address, host, colon > bracket ? port(address, rest.substring(colon + 1)) : portDefault, "");
    }

    private static int port(String address, String digits) throws ApiException {
        try {
            var port = Integer.parseInt(digits);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException notDigits) {
            // refused below, together with numbers out of range
        }
        throw new ApiException("address " + address + ": \"" + digits + "\" is not a port (1 to 65535)");
    }

    boolean isUnix() {
        return !socketPath.isEmpty();
    }

    /** The value of the Host header. */
    String authority() {
        var bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return isUnix() ? host : bracketed + ":" + port;
    }
}
