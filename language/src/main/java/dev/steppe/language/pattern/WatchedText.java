package dev.steppe.language.pattern;

/** A text that may be looked at only so often: each search is quick, but there may be as many as the text has characters. */
final class WatchedText implements CharSequence {
    private static final int LOOKS_MAX = 5_000_000;

    private final CharSequence text;
    private int looks;

    WatchedText(CharSequence text) {
        this.text = text;
    }

    /** The bound was reached. */
    static final class TooSlow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooSlow() {
            super("too many steps", null, false, false);
        }
    }

    @Override
    public char charAt(int index) {
        if (++looks > LOOKS_MAX) {
            throw new TooSlow();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
