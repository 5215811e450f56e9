package dev.steppe.language.source;

import java.util.Collection;
import java.util.Optional;

/** Finds the known word that somebody probably meant. */
public final class Spelling {
    private Spelling() {}

    /** The candidate nearest to the word, if any is near enough to be a likely slip; the first one wins a tie. */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        Optional<String> best = Optional.empty();
        int bestDistance = Math.min(3, word.length() / 3 + 1) + 1;
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - word.length()) >= bestDistance) {
                continue;
            }
            int distance = distance(word, candidate);
            if (distance < bestDistance) {
                best = Optional.of(candidate);
                bestDistance = distance;
            }
        }
        return best;
    }

    /** {@code Did you mean "x"?} with the nearest candidate, or an empty text. */
    public static String suggestion(String word, Collection<String> candidates) {
        return nearest(word, candidates)
                .map(found -> "Did you mean \"" + found + "\"?")
                .orElse("");
    }

    /** Insertions, deletions, replacements and swaps of neighbours. */
    private static int distance(String first, String second) {
        int[][] cost = new int[first.length() + 1][second.length() + 1];
        for (int i = 0; i <= first.length(); i++) {
            for (int j = 0; j <= second.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                boolean same = first.charAt(i - 1) == second.charAt(j - 1);
                int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
                least = Math.min(least, cost[i - 1][j - 1] + (same ? 0 : 1));
                boolean swapped = i > 1
                        && j > 1
                        && first.charAt(i - 1) == second.charAt(j - 2)
                        && first.charAt(i - 2) == second.charAt(j - 1);
                cost[i][j] = swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
            }
        }
        return cost[first.length()][second.length()];
    }
}
