package dev.steppe.cli.terminal;

/** Where something is reached, as people write it. */
public final class Places {
    private Places() {}

    /** An address with a port; one of IPv6 in brackets. */
    public static String of(String address, String port) {
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }
}
