package dev.steppe.io.linux;

import static dev.steppe.io.linux.Native.INT;
import static dev.steppe.io.linux.Native.LONG;
import static dev.steppe.io.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A terminal without a screen: what is written to {@code master} is typed, what programs print on {@code slave} is read from
 * {@code master}. Closing closes both ends.
 */
public record PseudoTerminal(Descriptor master, Descriptor slave) implements AutoCloseable {
    private static final Path MULTIPLEXER = Path.of("/dev/ptmx");
    private static final int O_RDWR = 2;
    private static final int O_NOCTTY = 0400;
    private static final long TIOCSPTLCK = 0x4004_5431L;
    private static final long TIOCGPTPEER = 0x5441L;
    private static final long TIOCSWINSZ = 0x5414L;
    private static final int OWNER_MODE = 0620;

    private static final Native IOCTL_POINTER = Native.variadic("ioctl", 2, INT, INT, LONG, POINTER);
    private static final Native IOCTL_NUMBER = Native.variadic("ioctl", 2, INT, INT, LONG, INT);
    private static final Native FCHOWN = Native.function("fchown", INT, INT, INT, INT);
    private static final Native FCHMOD = Native.function("fchmod", INT, INT, INT);

    /** How many characters a terminal shows. */
    public record Size(int rows, int columns) {
        private static final int MAX = 0xffff;

        public Size {
            if (rows < 0 || columns < 0 || rows > MAX || columns > MAX) {
                throw new IllegalArgumentException("a terminal has no " + rows + " rows and " + columns + " columns");
            }
        }
    }

    /** Opens a new terminal. Its slave end is found without a path, so it can be used in any mount namespace. */
    public static PseudoTerminal open() throws LinuxException {
        var master = LinuxCalls.open(MULTIPLEXER, O_RDWR | O_NOCTTY | LinuxCalls.O_CLOEXEC, 0);
        try (var arena = Arena.ofConfined()) {
            IOCTL_POINTER.call("unlock", master.number(), TIOCSPTLCK, arena.allocateFrom(INT, 0));
            long slave =
                    IOCTL_NUMBER.call("peer", master.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | LinuxCalls.O_CLOEXEC);
            return new PseudoTerminal(master, new Descriptor((int) slave));
        } catch (LinuxException refused) {
            master.close();
            throw refused;
        }
    }

    /** Gives the terminal to a user, as a login does, so that programs of that user can open it again. */
    public void giveTo(int user, int group) throws LinuxException {
        FCHOWN.call("terminal", slave.number(), user, group);
        FCHMOD.call("terminal", slave.number(), OWNER_MODE);
    }

    /** Tells the programs at the terminal how large it is; they get SIGWINCH when that is new. */
    public void resize(Size size) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var shape = arena.allocate(ValueLayout.JAVA_SHORT, 4);
            shape.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) size.rows());
            shape.setAtIndex(ValueLayout.JAVA_SHORT, 1, (short) size.columns());
            IOCTL_POINTER.call("resize", master.number(), TIOCSWINSZ, shape);
        }
    }

    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
