package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.version.SemanticRange;
import dev.steppe.language.version.Version;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.TreeMap;

/** Sprig's functions on semantic versions. */
final class SprigVersions {
    private SprigVersions() {}

    static void define(FunctionSet.Group group) {
        group.add(
                        "sprig_semver",
                        "TEXT",
                        "a version with Major, Minor, Patch, Prerelease, Metadata, Original and Compare",
                        it -> value(read(it.text(0)), it.text(0)))
                .add(
                        "sprig_semverCompare",
                        "RANGE TEXT",
                        "whether a version is in a range such as ^1.2 or >=1.0, <2.0",
                        it -> {
                            var range = SemanticRange.parse(it.text(0))
                                    .orElseThrow(() -> new FunctionException(
                                            "improper constraint: " + Printing.plain(it.value(0))));
                            return Datum.of(range.contains(read(it.text(1))));
                        });
    }

    private static Version read(String text) throws FunctionException {
        return Version.parseSemantic(text)
                .filter(version -> version.written() <= 3)
                .filter(version -> version.numbers().stream().allMatch(number -> number.bitLength() < Long.SIZE))
                .orElseThrow(() -> new FunctionException("Invalid Semantic Version"));
    }

    private static Datum value(Version version, String original) {
        var fields = new LinkedHashMap<String, Datum>();
        String[] names = {"Major", "Minor", "Patch"};
        for (int i = 0; i < names.length; i++) {
            fields.put(names[i], Datum.of(version.numbers().get(i).longValue()));
        }
        fields.put("Prerelease", Datum.of(version.prerelease()));
        fields.put("Metadata", Datum.of(version.metadata()));
        fields.put("Original", Datum.of(original));
        var methods = new TreeMap<String, Datum.Method>();
        methods.put("Compare", arguments -> {
            var other = arguments.size() == 1 ? Arguments.text(arguments.getFirst()) : Optional.<String>empty();
            if (other.isEmpty()) {
                throw new FunctionException("Compare takes one version");
            }
            return Datum.of((long) Integer.signum(version.compareTo(read(other.get()))));
        });
        return new Datum.Structure("Version", fields, methods, Optional.of(version.toString()));
    }
}
