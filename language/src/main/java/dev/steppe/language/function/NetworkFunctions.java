package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** cidrhost, cidrnetmask, cidrsubnet, cidrsubnets. */
final class NetworkFunctions {
    private NetworkFunctions() {}

    /** An address range: the bits of its first address, how many of them are fixed, and how many there are. */
    private record Prefix(BigInteger first, int length, int bits) {

        static Prefix parse(String text) throws FunctionException {
            int slash = text.indexOf('/');
            String address = slash < 0 ? text : text.substring(0, slash);
            String lengthText = text.substring(slash + 1);
            boolean numeric = address.contains(":") || address.matches("\\d{1,3}(\\.\\d{1,3}){3}");
            if (slash < 0 || !numeric || !lengthText.matches("\\d{1,3}")) {
                throw new FunctionException("\"" + text + "\" is not an address range such as 10.0.0.0/8");
            }
            try {
                InetAddress parsed = InetAddress.ofLiteral(address);
                int bits = parsed instanceof Inet4Address ? 32 : 128;
                int length = Integer.parseInt(lengthText);
                if (length > bits) {
                    throw new FunctionException("a prefix of " + length + " bits is longer than the address");
                }
                int free = bits - length;
                BigInteger value = new BigInteger(1, parsed.getAddress());
                return new Prefix(value.shiftRight(free).shiftLeft(free), length, bits);
            } catch (IllegalArgumentException wrong) {
                throw new FunctionException("\"" + text + "\" is not an address range such as 10.0.0.0/8");
            }
        }

        /** The address of this kind with these bits. */
        String address(BigInteger value) {
            byte[] bytes = new byte[bits / 8];
            byte[] significant = value.toByteArray();
            int count = Math.min(bytes.length, significant.length);
            System.arraycopy(significant, significant.length - count, bytes, bytes.length - count, count);
            try {
                String text = InetAddress.getByAddress(bytes).getHostAddress();
                return bits == 128 ? compressed(bytes) : text;
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("an address has 4 or 16 bytes", impossible);
            }
        }

        Prefix subnet(int newBits, BigInteger number) throws FunctionException {
            int longer = length + newBits;
            if (newBits < 0 || longer > bits) {
                throw new FunctionException(
                        "a prefix of " + length + " bits cannot be extended by " + newBits + " of " + bits + " bits");
            }
            if (number.signum() < 0 || number.bitLength() > newBits) {
                throw new FunctionException("subnet " + number + " does not fit into " + newBits + " bits");
            }
            return new Prefix(first.or(number.shiftLeft(bits - longer)), longer, bits);
        }

        @Override
        public String toString() {
            return address(first) + "/" + length;
        }

        /** The short form of an IPv6 address: the longest run of zero groups left out. */
        private static String compressed(byte[] bytes) {
            int[] groups = new int[8];
            for (int i = 0; i < 8; i++) {
                groups[i] = (bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255;
            }
            int bestStart = -1;
            int bestLength = 1;
            for (int i = 0; i < 8; i++) {
                int end = i;
                while (end < 8 && groups[end] == 0) {
                    end++;
                }
                if (end - i > bestLength) {
                    bestStart = i;
                    bestLength = end - i;
                }
            }
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                if (i == bestStart) {
                    out.append("::");
                    i += bestLength - 1;
                } else {
                    out.append(out.isEmpty() || out.charAt(out.length() - 1) == ':' ? "" : ":");
                    out.append(Integer.toHexString(groups[i]));
                }
            }
            return out.toString();
        }
    }

    static void define(Definitions definitions) {
        definitions.add("cidrhost", 2, NetworkFunctions::host);
        definitions.add("cidrnetmask", 1, arguments -> {
            Prefix prefix = Prefix.parse(arguments.text(0));
            if (prefix.bits() != 32) {
                throw new FunctionException("only IPv4 ranges have a netmask");
            }
            BigInteger ones = BigInteger.ONE.shiftLeft(prefix.length()).subtract(BigInteger.ONE);
            return Value.of(prefix.address(ones.shiftLeft(32 - prefix.length())));
        });
        definitions.add(
                "cidrsubnet",
                3,
                arguments -> Value.of(Prefix.parse(arguments.text(0))
                        .subnet(arguments.integer(1), BigInteger.valueOf(arguments.integer(2)))
                        .toString()));
        definitions.add("cidrsubnets", 1, Definitions.ANY, NetworkFunctions::subnets);
    }

    private static Value host(Arguments arguments) throws FunctionException {
        Prefix prefix = Prefix.parse(arguments.text(0));
        int free = prefix.bits() - prefix.length();
        BigInteger number = arguments.number(1).toBigInteger();
        BigInteger size = BigInteger.ONE.shiftLeft(free);
        BigInteger offset = number.signum() < 0 ? number.add(size) : number;
        if (offset.signum() < 0 || offset.compareTo(size) >= 0) {
            throw new FunctionException("the range " + prefix + " has no host " + number);
        }
        return Value.of(prefix.address(prefix.first().or(offset)));
    }

    /** Consecutive subnets, each at the first place behind the one before where it may start. */
    private static Value subnets(Arguments arguments) throws FunctionException {
        Prefix prefix = Prefix.parse(arguments.text(0));
        BigInteger next = BigInteger.ZERO;
        BigInteger size = BigInteger.ONE.shiftLeft(prefix.bits() - prefix.length());
        List<String> subnets = new ArrayList<>();
        for (int i = 1; i < arguments.count(); i++) {
            int newBits = arguments.integer(i);
            int free = prefix.bits() - prefix.length() - newBits;
            if (newBits < 1 || free < 0) {
                throw new FunctionException("argument " + (i + 1) + " is not a number of bits that is left");
            }
            BigInteger step = BigInteger.ONE.shiftLeft(free);
            BigInteger number = next.add(step).subtract(BigInteger.ONE).shiftRight(free);
            next = number.add(BigInteger.ONE).shiftLeft(free);
            if (next.compareTo(size) > 0) {
                throw new FunctionException("the range " + prefix + " is too small for these subnets");
            }
            subnets.add(prefix.subnet(newBits, number).toString());
        }
        return Value.texts(subnets);
    }
}
