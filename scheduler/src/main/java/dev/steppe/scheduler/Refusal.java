package dev.steppe.scheduler;

/**
 * Why one node cannot take one instance: the kind of check, its key as the metrics count it, and a sentence with value and
 * holder.
 */
record Refusal(Kind kind, String key, String sentence) {
    enum Kind {
        /** A condition the node does not meet. */
        FILTERED,
        /** Something the node has too little of. */
        EXHAUSTED
    }

    static Refusal filtered(String key, String sentence) {
        return new Refusal(Kind.FILTERED, key, sentence);
    }

    static Refusal exhausted(String key, String sentence) {
        return new Refusal(Kind.EXHAUSTED, key, sentence);
    }
}
