package dev.steppe.agent.configuration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Addresses as configuration files name them: an address, or a template such as {@code {{ GetPrivateIP }}} or
 * {@code {{ GetAllInterfaces | include "network" "10.0.0.0/8" | attr "address" }}}. Pure: what the machine has is given.
 */
public final class AddressTemplate {
    private static final Pattern TEMPLATE = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|`([^`]*)`|(\\S+)");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private AddressTemplate() {}

    /**
     * An address of the machine.
     *
     * @param order the place of its interface in the machine's list
     * @param ofDefaultRoute whether its interface has the default route
     */
    public record MachineAddress(
            String interfaceName, int order, String address, boolean up, boolean loopback, boolean ofDefaultRoute) {
        boolean isVersion4() {
            return IPV4.matcher(address).matches();
        }

        boolean isPrivate() {
            return isVersion4()
                    && List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10").stream()
                            .anyMatch(network -> isIn(network, address));
        }
    }

    /** Refuses what is neither an address nor a template that is understood. */
    static void check(String written) throws RefusedValueException {
        resolveParts(written, List.of());
    }

    /** The addresses that the text stands for here: none when the machine has none of that kind. */
    public static List<String> resolve(String written, List<MachineAddress> machine) {
        try {
            return resolveParts(written, machine);
        } catch (RefusedValueException wrong) {
            throw new IllegalArgumentException("\"" + written + "\" " + wrong.getMessage(), wrong);
        }
    }

    private static List<String> resolveParts(String written, List<MachineAddress> machine)
            throws RefusedValueException {
        var templates = TEMPLATE.matcher(written);
        if (!templates.find()) {
            String address = written.strip();
            if (!isAddress(address)) {
                throw new RefusedValueException("= \"" + written
                        + "\" must be an address such as 10.1.2.3, or a template such as {{ GetPrivateIP }}");
            }
            return List.of(address.equals("localhost") ? "127.0.0.1" : address.replaceAll("[\\[\\]]", ""));
        }
        templates.reset();
        var found = new ArrayList<String>();
        int end = 0;
        while (templates.find()) {
            found.addAll(plain(written.substring(end, templates.start())));
            found.addAll(evaluate(templates.group(1), machine));
            end = templates.end();
        }
        found.addAll(plain(written.substring(end)));
        return found.stream().distinct().toList();
    }

    /** The addresses beside a template. */
    private static List<String> plain(String between) throws RefusedValueException {
        var found = new ArrayList<String>();
        for (String word : between.isBlank() ? new String[0] : between.strip().split("\\s+", -1)) {
            found.addAll(resolveParts(word, List.of()));
        }
        return found;
    }

    static boolean isAddress(String text) {
        if (IPV4.matcher(text).matches()) {
            return Arrays.stream(text.split("\\.", -1)).allMatch(part -> Integer.parseInt(part) <= 255);
        }
        return text.equals("localhost") || text.contains(":") && text.matches("\\[?[0-9a-fA-F:.]+(%[\\w.]+)?]?");
    }

    private static List<String> evaluate(String pipeline, List<MachineAddress> machine) throws RefusedValueException {
        var steps = Arrays.asList(pipeline.split("\\|", -1));
        var words = words(steps.getFirst());
        var addresses = source(words, machine);
        if (addresses.texts()) {
            if (steps.size() > 1) {
                throw new RefusedValueException("holds a step after " + words.getFirst() + ", which yields addresses");
            }
            return addresses.addresses().stream().map(MachineAddress::address).toList();
        }
        var rest = addresses.addresses();
        for (int i = 1; i < steps.size(); i++) {
            var step = words(steps.get(i));
            boolean last =
                    i == steps.size() - 1 || words(steps.get(i + 1)).getFirst().equals("join");
            if (step.getFirst().equals("attr") || step.getFirst().equals("join")) {
                if (!step.contains("address") || !last) {
                    throw new RefusedValueException("ends in a step that is not understood: " + String.join(" ", step));
                }
                return rest.stream().map(MachineAddress::address).toList();
            }
            rest = step(step, rest);
        }
        throw new RefusedValueException("must end in | attr \"address\": " + pipeline);
    }

    /** What a first step yields: addresses as texts, or as things that further steps choose from. */
    private record Source(List<MachineAddress> addresses, boolean texts) {}

    private static Source source(List<String> words, List<MachineAddress> machine) throws RefusedValueException {
        var version4 = machine.stream()
                .filter(MachineAddress::isVersion4)
                .sorted(Comparator.comparing((MachineAddress it) -> !it.ofDefaultRoute())
                        .thenComparingInt(MachineAddress::order))
                .toList();
        Predicate<MachineAddress> outside = it -> it.up() && !it.loopback();
        Predicate<MachineAddress> isPrivate = it -> outside.test(it) && it.isPrivate();
        Predicate<MachineAddress> isPublic =
                it -> outside.test(it) && !it.isPrivate() && !isIn("169.254.0.0/16", it.address());
        return switch (words.getFirst()) {
            case "GetPrivateIP" -> first(version4, isPrivate);
            case "GetPrivateIPs" ->
                new Source(version4.stream().filter(isPrivate).toList(), true);
            case "GetPublicIP" -> first(version4, isPublic);
            case "GetPublicIPs" -> new Source(version4.stream().filter(isPublic).toList(), true);
            case "GetInterfaceIP" -> {
                String name = argument(words);
                yield first(version4, it -> it.interfaceName().equals(name));
            }
            case "GetInterfaceIPs" -> {
                String name = argument(words);
                yield new Source(
                        version4.stream()
                                .filter(it -> it.interfaceName().equals(name))
                                .toList(),
                        true);
            }
            case "GetAllInterfaces" -> new Source(machine, false);
            case "GetPrivateInterfaces" ->
                new Source(version4.stream().filter(isPrivate).toList(), false);
            case "GetPublicInterfaces" ->
                new Source(version4.stream().filter(isPublic).toList(), false);
            case "GetDefaultInterfaces" ->
                new Source(
                        version4.stream().filter(MachineAddress::ofDefaultRoute).toList(), false);
            default ->
                throw new RefusedValueException("begins with a word that is not understood: " + words.getFirst()
                        + "; there are GetPrivateIP, GetPublicIP, GetInterfaceIP \"eth0\", GetAllInterfaces,"
                        + " GetPrivateInterfaces, GetPublicInterfaces and GetDefaultInterfaces");
        };
    }

    private static Source first(List<MachineAddress> from, Predicate<MachineAddress> wanted) {
        return new Source(from.stream().filter(wanted).limit(1).toList(), true);
    }

    private static String argument(List<String> words) throws RefusedValueException {
        if (words.size() != 2) {
            throw new RefusedValueException("holds " + words.getFirst() + ", which needs the name of an interface");
        }
        return words.get(1);
    }

    private static List<MachineAddress> step(List<String> step, List<MachineAddress> from)
            throws RefusedValueException {
        switch (step.getFirst()) {
            case "include", "exclude" -> {
                if (step.size() != 3) {
                    throw new RefusedValueException("holds " + step.getFirst() + ", which needs two words");
                }
                var wanted = matches(step.get(1), step.get(2));
                return from.stream()
                        .filter(step.getFirst().equals("include") ? wanted : wanted.negate())
                        .toList();
            }
            case "limit" -> {
                if (step.size() != 2 || !step.get(1).matches("\\d{1,4}")) {
                    throw new RefusedValueException("holds limit, which needs a number");
                }
                return from.stream().limit(Long.parseLong(step.get(1))).toList();
            }
            case "sort" -> {
                var byName = Comparator.comparing(MachineAddress::interfaceName);
                var order = step.contains("name") || step.contains("+name")
                        ? byName
                        : step.contains("-name")
                                ? byName.reversed()
                                : Comparator.comparing((MachineAddress it) -> !it.ofDefaultRoute())
                                        .thenComparingInt(MachineAddress::order);
                return from.stream().sorted(order).toList();
            }
            default ->
                throw new RefusedValueException("holds a step that is not understood: " + step.getFirst()
                        + "; there are include, exclude, sort, limit, attr and join");
        }
    }

    private static Predicate<MachineAddress> matches(String what, String value) throws RefusedValueException {
        return switch (what) {
            case "network" ->
                it -> it.isVersion4()
                        && Arrays.stream(value.split("\\|", -1)).anyMatch(network -> isIn(network, it.address()));
            case "name" -> {
                var pattern = expression(value);
                yield it -> pattern.matcher(it.interfaceName()).find();
            }
            case "type" ->
                it -> switch (value.toLowerCase(java.util.Locale.ROOT)) {
                    case "ipv4" -> it.isVersion4();
                    case "ipv6" -> !it.isVersion4();
                    default -> true;
                };
            case "flags" ->
                it -> Arrays.stream(value.split("\\|", -1)).allMatch(flag -> switch (flag) {
                    case "up" -> it.up();
                    case "loopback" -> it.loopback();
                    case "forwardable" -> !it.loopback() && !isIn("169.254.0.0/16", it.address());
                    default -> false;
                });
            case "rfc" -> it -> !value.contains("1918") || it.isPrivate();
            case "address" -> it -> it.address().equals(value);
            default ->
                throw new RefusedValueException("chooses by a word that is not understood: " + what
                        + "; there are network, name, type, flags, rfc and address");
        };
    }

    private static Pattern expression(String text) throws RefusedValueException {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException wrong) {
            throw new RefusedValueException("holds an expression that is none: " + text);
        }
    }

    private static boolean isIn(String network, String address) {
        String[] parts = network.split("/", -1);
        if (parts.length != 2
                || !isAddress(parts[0])
                || !IPV4.matcher(parts[0]).matches()
                || !parts[1].matches("\\d{1,2}")
                || !IPV4.matcher(address).matches()) {
            return false;
        }
        int bits = Integer.parseInt(parts[1]);
        long mask = bits == 0 ? 0 : -1L << (32 - bits);
        return (number(parts[0]) & mask) == (number(address) & mask);
    }

    private static long number(String address) {
        long number = 0;
        for (String part : address.split("\\.", -1)) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    private static List<String> words(String step) throws RefusedValueException {
        var words = new ArrayList<String>();
        var matcher = WORD.matcher(step);
        while (matcher.find()) {
            for (int group = 1; group <= 3; group++) {
                if (matcher.group(group) != null) {
                    words.add(matcher.group(group));
                }
            }
        }
        if (words.isEmpty()) {
            throw new RefusedValueException("holds an empty step");
        }
        return words;
    }
}
