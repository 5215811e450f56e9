package dev.steppe.client.network;

/** An IPv4 network: its first address as a number and the length of its prefix. */
public record Subnet(int network, int prefixLength) {
    private static final int BITS = 32;
    private static final int OCTETS = 4;

    public Subnet {
        if (prefixLength < 0 || prefixLength > BITS) {
            throw new IllegalArgumentException("prefix length must be 0 to 32: " + prefixLength);
        }
        network &= mask(prefixLength);
    }

    /** Reads {@code 172.26.64.0/20}; without a prefix length it is one address. */
    public static Subnet parse(String text) {
        int slash = text.indexOf('/');
        try {
            var address = parseAddress(slash < 0 ? text : text.substring(0, slash));
            return new Subnet(address, slash < 0 ? BITS : Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("not an IPv4 network: " + text, wrong);
        }
    }

    static int parseAddress(String text) {
        var octets = text.split("\\.", -1);
        if (octets.length != OCTETS) {
            throw new IllegalArgumentException("not an IPv4 address: " + text);
        }
        int address = 0;
        for (String octet : octets) {
            int value = Integer.parseInt(octet);
            if (value < 0 || value > 255) {
                throw new IllegalArgumentException("not an IPv4 address: " + text);
            }
            address = address << 8 | value;
        }
        return address;
    }

    /** The address at the index, counted from the network's own. */
    public String address(int index) {
        int value = network + index;
        return (value >>> 24) + "." + (value >>> 16 & 255) + "." + (value >>> 8 & 255) + "." + (value & 255);
    }

    /** How many addresses there are, with network and broadcast address. */
    public long size() {
        return 1L << (BITS - prefixLength);
    }

    /** True when an address belongs to both. */
    public boolean overlaps(Subnet other) {
        int shorter = Math.min(prefixLength, other.prefixLength);
        return (network & mask(shorter)) == (other.network & mask(shorter));
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << (BITS - length);
    }

    @Override
    public String toString() {
        return address(0) + "/" + prefixLength;
    }
}
