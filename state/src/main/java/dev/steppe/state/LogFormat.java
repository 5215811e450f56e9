package dev.steppe.state;

/**
 * The versions of what may be in the log. Servers agree on one before anything of it is proposed, so that no server leaves
 * out what others carry out: {@link Command.RaiseFormat} says which one holds from there on.
 *
 * <ul>
 *   <li>1: everything but what follows
 *   <li>2: access tokens; an archive whose restoring ended on the way is forgotten
 * </ul>
 */
public final class LogFormat {
    /** That of every log when it begins. */
    public static final int FIRST = 1;

    /** The newest that this program understands. */
    public static final int NEWEST = 2;

    private LogFormat() {}

    /** This program is too old for the log it was given: going on would make its state another one than the others'. */
    public static final class TooNewException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooNewException(int format) {
            super("the servers have agreed on format " + format + " of the log, and this program understands " + NEWEST
                    + ": install the version that the other servers have");
        }
    }
}
