package dev.steppe.cli.http;

import java.util.Optional;

/**
 * Where an agent listens: a TCP host and port, or the path of a unix socket; {@code shown} is what the user wrote.
 *
 * @param secured whether it is spoken to over TLS, and how
 */
public record Target(String shown, String host, int port, String socketPath, Optional<TlsTerms> secured) {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";
    private static final String UNIX = "unix://";

    /**
     * Reads an address as users write it: {@code http://host:port}, {@code https://host:port}, {@code host:port} or
     * {@code unix:///path}.
     *
     * @throws ApiException when it is none of these, with the forms that are
     */
    public static Target parse(String address, int portDefault) throws ApiException {
        if (address.startsWith(UNIX)) {
            return new Target(address, "localhost", 0, address.substring(UNIX.length()), Optional.empty());
        }
        Optional<TlsTerms> secured = address.startsWith(HTTPS) ? Optional.of(TlsTerms.standard()) : Optional.empty();
        var rest = secured.isPresent()
                ? address.substring(HTTPS.length())
                : address.startsWith(HTTP) ? address.substring(HTTP.length()) : address;
        if (rest.contains("://")) {
            throw new ApiException(
                    "address " + address + ": write http://host:port, https://host:port or unix:///path");
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
        var port = colon > bracket ? port(address, rest.substring(colon + 1)) : portDefault;
        return new Target(address, host, port, "", secured);
    }

    /** The same, spoken to so where it is spoken to over TLS. */
    public Target with(TlsTerms terms) {
        return secured.isEmpty() ? this : new Target(shown, host, port, socketPath, Optional.of(terms));
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
