package dev.steppe.cli.command;

import java.util.List;
import java.util.Optional;

/** Finds the known word that a person most likely meant: the fewest letters inserted, removed, replaced or swapped. */
public final class Nearest {
    private Nearest() {}

    /** The nearest word, if it is near enough to be worth a proposal: a third of its letters, at least two. */
    public static Optional<String> of(String written, List<String> known) {
        var best = Optional.<String>empty();
        var bestDistance = Integer.MAX_VALUE;
        for (var word : known) {
            var distance = distance(written, word);
            if (distance < bestDistance && distance <= Math.max(2, word.length() / 3)) {
                best = Optional.of(word);
                bestDistance = distance;
            }
        }
        return best;
    }

    /** The number of edits between two words (optimal string alignment). */
    static int distance(String left, String right) {
        var rows = new int[left.length() + 1][right.length() + 1];
        for (var i = 0; i <= left.length(); i++) {
            rows[i][0] = i;
        }
        for (var j = 0; j <= right.length(); j++) {
            rows[0][j] = j;
        }
        for (var i = 1; i <= left.length(); i++) {
            for (var j = 1; j <= right.length(); j++) {
                var replaced = rows[i - 1][j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
                var swapped = i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1);
                if (swapped) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[left.length()][right.length()];
    }
}
