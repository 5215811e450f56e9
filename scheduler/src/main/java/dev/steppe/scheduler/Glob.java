package dev.steppe.scheduler;

/** A text in which each {@code *} stands for any other. A match takes no longer than both are long, multiplied. */
record Glob(String pattern) {

    boolean matches(String text) {
        int at = 0;
        int inPattern = 0;
        int star = -1;
        int resume = 0;
        while (at < text.length()) {
            if (inPattern < pattern.length() && pattern.charAt(inPattern) == '*') {
                star = inPattern++;
                resume = at;
            } else if (inPattern < pattern.length() && pattern.charAt(inPattern) == text.charAt(at)) {
                inPattern++;
                at++;
            } else if (star >= 0) {
                // the last star takes in one character more
                inPattern = star + 1;
                at = ++resume;
            } else {
                return false;
            }
        }
        while (inPattern < pattern.length() && pattern.charAt(inPattern) == '*') {
            inPattern++;
        }
        return inPattern == pattern.length();
    }
}
