package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Something a device tells about itself: a number with or without a unit, a truth or a text. Numbers whose units measure
 * the same are comparable, as {@code 2 GiB} and {@code 2048 MiB}.
 */
public record DeviceAttribute(
        @Json("Float") Optional<Double> fraction,
        @Json("Int") Optional<Long> number,
        @Json("String") Optional<String> text,
        @Json("Bool") Optional<Boolean> flag,
        String unit) {
    private static final Pattern NUMBER = Pattern.compile("(-?[0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z/]*)");

    /** What a unit measures, and how much of the base of that it is. */
    private record Unit(String name, String measures, BigDecimal size) {}

    private static final List<Unit> UNITS = List.of(
            unit("KiB", "bytes", 1L << 10),
            unit("MiB", "bytes", 1L << 20),
            unit("GiB", "bytes", 1L << 30),
            unit("TiB", "bytes", 1L << 40),
            unit("PiB", "bytes", 1L << 50),
            unit("EiB", "bytes", 1L << 60),
            unit("B", "bytes", 1),
            unit("kB", "bytes", 1_000),
            unit("KB", "bytes", 1_000),
            unit("MB", "bytes", 1_000_000),
            unit("GB", "bytes", 1_000_000_000),
            unit("TB", "bytes", 1_000_000_000_000L),
            unit("PB", "bytes", 1_000_000_000_000_000L),
            unit("EB", "bytes", 1_000_000_000_000_000_000L),
            unit("Hz", "frequency", 1),
            unit("KHz", "frequency", 1_000),
            unit("MHz", "frequency", 1_000_000),
            unit("GHz", "frequency", 1_000_000_000),
            new Unit("mW", "power", new BigDecimal("0.001")),
            unit("W", "power", 1),
            unit("kW", "power", 1_000),
            unit("MW", "power", 1_000_000),
            unit("GW", "power", 1_000_000_000));

    private static Unit unit(String name, String measures, long size) {
        return new Unit(name, measures, BigDecimal.valueOf(size));
    }

    /** Reads {@code 40GiB}, {@code 7}, {@code 1.5 GHz}, {@code true} or any other text. */
    public static DeviceAttribute parse(String written) {
        String trimmed = written.strip();
        if (trimmed.equals("true") || trimmed.equals("false")) {
            return new DeviceAttribute(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(trimmed.equals("true")), "");
        }
        var matcher = NUMBER.matcher(trimmed);
        if (trimmed.length() <= 64
                && matcher.matches()
                && (matcher.group(2).isEmpty() || unit(matcher.group(2)).isPresent())) {
            var value = new BigDecimal(matcher.group(1));
            boolean whole = value.scale() <= 0 && value.precision() <= 18;
            return new DeviceAttribute(
                    whole ? Optional.empty() : Optional.of(value.doubleValue()),
                    whole ? Optional.of(value.longValueExact()) : Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    matcher.group(2));
        }
        return new DeviceAttribute(Optional.empty(), Optional.empty(), Optional.of(trimmed), Optional.empty(), "");
    }

    private static Optional<Unit> unit(String name) {
        String base = name.endsWith("/s") ? name.substring(0, name.length() - 2) : name;
        return UNITS.stream()
                .filter(unit -> unit.name().equals(base))
                .map(unit -> name.equals(base) ? unit : new Unit(name, unit.measures() + " a second", unit.size()))
                .findFirst();
    }

    private Optional<BigDecimal> amount() {
        return number.map(BigDecimal::valueOf).or(() -> fraction.map(BigDecimal::valueOf));
    }

    /** The order of two attributes, where they have one: numbers whose units measure the same, and texts. */
    public OptionalInt compare(DeviceAttribute other) {
        if (text.isPresent() && other.text.isPresent()) {
            return OptionalInt.of(text.get().compareTo(other.text.get()));
        }
        if (flag.isPresent() && other.flag.isPresent()) {
            return flag.equals(other.flag) ? OptionalInt.of(0) : OptionalInt.empty();
        }
        if (amount().isEmpty() || other.amount().isEmpty()) {
            return OptionalInt.empty();
        }
        var mine = unit(unit);
        var theirs = unit(other.unit);
        if (!mine.map(Unit::measures).equals(theirs.map(Unit::measures))) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(
                base(amount().get(), mine).compareTo(base(other.amount().get(), theirs)));
    }

    private static BigDecimal base(BigDecimal amount, Optional<Unit> unit) {
        return unit.map(it -> amount.multiply(it.size())).orElse(amount);
    }

    /** As it would be written. */
    @Override
    public String toString() {
        return text.or(() -> flag.map(String::valueOf))
                .or(() -> number.map(String::valueOf))
                .or(() -> fraction.map(String::valueOf))
                .map(value -> value + unit)
                .orElse("");
    }
}
