package dev.steppe.client.network;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.regex.Pattern;

/** An IPv6 network: its first address as a number and the length of its prefix. */
public record Subnet6(BigInteger network, int prefixLength) {
    private static final int BITS = 128;
    private static final int GROUPS = 8;
    private static final int GROUP_BITS = 16;
    private static final int HEXADECIMAL = 16;
    private static final int COUNTED_BITS = 62;

    public Subnet6 {
        if (prefixLength < 0 || prefixLength > BITS) {
            throw new IllegalArgumentException("prefix length must be 0 to 128: " + prefixLength);
        }
        network = network.shiftRight(BITS - prefixLength).shiftLeft(BITS - prefixLength);
    }

    /** Reads {@code fd12:3456::/64}; without a prefix length it is one address. */
    public static Subnet6 parse(String text) {
        int slash = text.indexOf('/');
        try {
            if (InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)) instanceof Inet6Address address
                    && text.indexOf('%') < 0) {
                return new Subnet6(
                        new BigInteger(1, address.getAddress()),
                        slash < 0 ? BITS : Integer.parseInt(text.substring(slash + 1)));
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("not an IPv6 network: " + text, wrong);
        }
        throw new IllegalArgumentException("not an IPv6 network: " + text);
    }

    /** The address at the index, counted from the network's own. */
    public String address(int index) {
        var value = network.add(BigInteger.valueOf(index));
        var groups = new ArrayList<String>();
        for (int group = GROUPS - 1; group >= 0; group--) {
            int bits = value.shiftRight(group * GROUP_BITS).intValue() & 0xffff;
            groups.add(Integer.toString(bits, HEXADECIMAL));
        }
        return shortened(String.join(":", groups));
    }

    /** The eight groups of an address with {@code ::} for the longest run of zeros, as people write it (RFC 5952). */
    public static String shortened(String groups) {
        for (int zeros = GROUPS; zeros > 1; zeros--) {
            var run = Pattern.compile("(^|:)0(:0){" + (zeros - 1) + "}(:|$)").matcher(groups);
            if (run.find()) {
                return groups.substring(0, run.start()) + "::" + groups.substring(run.end());
            }
        }
        return groups;
    }

    /** How many addresses there are; 2^62 for all that are larger. */
    public long size() {
        return 1L << Math.min(BITS - prefixLength, COUNTED_BITS);
    }

    /** True when an address belongs to both. */
    public boolean overlaps(Subnet6 other) {
        int shorter = Math.min(prefixLength, other.prefixLength);
        return new Subnet6(network, shorter).equals(new Subnet6(other.network, shorter));
    }

    @Override
    public String toString() {
        return address(0) + "/" + prefixLength;
    }
}
