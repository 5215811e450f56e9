package dev.steppe.examples;

import java.net.InetSocketAddress;

/** What a person may tell an example program on its command line: {@code --listen=host:port}. */
final class Arguments {
    private Arguments() {}

    static InetSocketAddress listen(String[] arguments, String otherwise) {
        String address = otherwise;
        for (String argument : arguments) {
            if (!argument.startsWith("--listen=")) {
                throw new IllegalArgumentException("unknown argument " + argument + "; known is --listen=host:port");
            }
            address = argument.substring("--listen=".length());
        }
        int colon = address.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("--listen=" + address + " has no port: write --listen=host:port");
        }
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }
}
