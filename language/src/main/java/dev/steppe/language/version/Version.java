package dev.steppe.language.version;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version such as {@code 1.2.3-beta.1+build}: numbers, at least three (missing ones are zero), of which {@code written}
 * were written; a pre-release, empty for none; and metadata, which does not count in comparisons.
 */
public record Version(List<BigInteger> numbers, int written, String prerelease, String metadata)
        implements Comparable<Version> {
    private static final int TEXT_LENGTH_MAX = 256;
    private static final String NUMBERS = "v?([0-9]+(?:\\.[0-9]+)*+)";
    private static final String METADATA = "(?:\\+([0-9A-Za-z~-]+(?:\\.[0-9A-Za-z~-]+)*+))?";
    private static final Pattern LENIENT =
            Pattern.compile(NUMBERS + "(?:-([0-9A-Za-z~-]+(?:\\.[0-9A-Za-z~-]+)*+)|([A-Za-z~][0-9A-Za-z~-]*+"
                    + "(?:\\.[0-9A-Za-z~-]+)*+))?" + METADATA);
    private static final Pattern SEMANTIC =
            Pattern.compile(NUMBERS + "(?:-([0-9A-Za-z~-]+(?:\\.[0-9A-Za-z~-]+)*+))?()" + METADATA);

    public Version {
        numbers = List.copyOf(numbers);
    }

    /** Reads a version; the pre-release may follow without a hyphen, as in {@code 1.2beta1}. */
    public static Optional<Version> parse(String text) {
        return read(LENIENT, text);
    }

    /** Reads a version whose pre-release, if any, follows a hyphen. */
    public static Optional<Version> parseSemantic(String text) {
        return read(SEMANTIC, text);
    }

    private static Optional<Version> read(Pattern pattern, String text) {
        String trimmed = text.strip();
        if (trimmed.length() > TEXT_LENGTH_MAX) {
            return Optional.empty();
        }
        Matcher matcher = pattern.matcher(trimmed);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<BigInteger> numbers = new ArrayList<>();
        for (String number : matcher.group(1).split("\\.", -1)) {
            numbers.add(new BigInteger(number));
        }
        int written = numbers.size();
        while (numbers.size() < 3) {
            numbers.add(BigInteger.ZERO);
        }
        String prerelease = orEmpty(matcher, 2) + orEmpty(matcher, 3);
        return Optional.of(new Version(numbers, written, prerelease, orEmpty(matcher, 4)));
    }

    private static String orEmpty(Matcher matcher, int group) {
        return matcher.start(group) < 0 ? "" : matcher.group(group);
    }

    public boolean isPrerelease() {
        return !prerelease.isEmpty();
    }

    /** Whether the numbers are equal, trailing zeros not counted. */
    boolean hasNumbersOf(Version other) {
        return compareNumbers(other) == 0;
    }

    /** By numbers; a pre-release comes before its release; pre-releases part by part, numbers before words. */
    @Override
    public int compareTo(Version other) {
        int byNumbers = compareNumbers(other);
        if (byNumbers != 0) {
            return byNumbers;
        }
        if (prerelease.isEmpty() || other.prerelease.isEmpty()) {
            return Boolean.compare(prerelease.isEmpty(), other.prerelease.isEmpty());
        }
        return comparePrereleases(prerelease.split("\\.", -1), other.prerelease.split("\\.", -1));
    }

    int compareNumbers(Version other) {
        int length = Math.max(numbers.size(), other.numbers.size());
        for (int i = 0; i < length; i++) {
            int order = number(i).compareTo(other.number(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    BigInteger number(int index) {
        return index < numbers.size() ? numbers.get(index) : BigInteger.ZERO;
    }

    private static int comparePrereleases(String[] left, String[] right) {
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int order = comparePart(left[i], right[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    }

    private static int comparePart(String left, String right) {
        boolean leftNumber = left.chars().allMatch(c -> c >= '0' && c <= '9');
        boolean rightNumber = right.chars().allMatch(c -> c >= '0' && c <= '9');
        if (leftNumber && rightNumber) {
            return new BigInteger(left).compareTo(new BigInteger(right));
        }
        return leftNumber != rightNumber ? Boolean.compare(rightNumber, leftNumber) : left.compareTo(right);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version version && compareTo(version) == 0 && metadata.equals(version.metadata);
    }

    @Override
    public int hashCode() {
        int significant = numbers.size();
        while (significant > 0 && numbers.get(significant - 1).signum() == 0) {
            significant--;
        }
        return 31 * numbers.subList(0, significant).hashCode() + prerelease.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (BigInteger number : numbers) {
            text.append(text.isEmpty() ? "" : ".").append(number);
        }
        text.append(prerelease.isEmpty() ? "" : "-" + prerelease);
        return text.append(metadata.isEmpty() ? "" : "+" + metadata).toString();
    }
}
