package dev.steppe.api.nomad;

import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The {@code choose=number|key} of a list of instances: so many of them, the same ones for the same key as long as they
 * are there, and spread evenly over keys (rendezvous hashing). A count of 0 means all.
 */
record Choice(int count, String key) {

    static Choice of(Request request) throws Refused {
        var text = request.query().text("choose").orElse("");
        if (text.isEmpty()) {
            return new Choice(0, "");
        }
        int bar = text.indexOf('|');
        try {
            int count = Integer.parseInt(bar < 0 ? text : text.substring(0, bar));
            if (bar > 0 && count > 0) {
                return new Choice(count, text.substring(bar + 1));
            }
        } catch (NumberFormatException notANumber) {
            // refused below
        }
        throw Refused.invalid("invalid choose parameter \"" + text + "\": write a number, a bar and a key, as 2|me");
    }

    List<Shapes.Registration> from(List<Shapes.Registration> all) {
        return count == 0
                ? all
                : all.stream()
                        .sorted(Comparator.comparingLong((Shapes.Registration one) -> weight(one.id()))
                                .thenComparing(Shapes.Registration::id))
                        .limit(count)
                        .toList();
    }

    private long weight(String id) {
        var hash = new CRC32C();
        hash.update((key + "|" + id).getBytes(StandardCharsets.UTF_8));
        return hash.getValue();
    }
}
