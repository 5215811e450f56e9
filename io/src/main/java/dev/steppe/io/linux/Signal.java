package dev.steppe.io.linux;

import java.util.Locale;
import java.util.Optional;

/** The signals of Linux by name, as job files write them. Numbers of x86-64 and arm64. */
public enum Signal {
    SIGHUP(1),
    SIGINT(2),
    SIGQUIT(3),
    SIGILL(4),
    SIGTRAP(5),
    SIGABRT(6),
    SIGBUS(7),
    SIGFPE(8),
    SIGKILL(9),
    SIGUSR1(10),
    SIGSEGV(11),
    SIGUSR2(12),
    SIGPIPE(13),
    SIGALRM(14),
    SIGTERM(15),
    SIGSTKFLT(16),
    SIGCHLD(17),
    SIGCONT(18),
    SIGSTOP(19),
    SIGTSTP(20),
    SIGTTIN(21),
    SIGTTOU(22),
    SIGURG(23),
    SIGXCPU(24),
    SIGXFSZ(25),
    SIGVTALRM(26),
    SIGPROF(27),
    SIGWINCH(28),
    SIGIO(29),
    SIGPWR(30),
    SIGSYS(31);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /** The number the kernel uses. */
    public int number() {
        return number;
    }

    /** Finds a signal by name, with or without {@code SIG}, in any case, or by number. */
    public static Optional<Signal> parse(String text) {
        var name = text.trim().toUpperCase(Locale.ROOT);
        for (Signal each : values()) {
            if (each.name().equals(name) || each.name().substring(3).equals(name) || name.equals("" + each.number)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The signal of that number. */
    public static Optional<Signal> of(int number) {
        return number >= 1 && number <= values().length ? Optional.of(values()[number - 1]) : Optional.empty();
    }
}
