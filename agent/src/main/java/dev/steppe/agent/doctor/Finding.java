package dev.steppe.agent.doctor;

/**
 * What one check came to.
 *
 * @param found what was seen, with its value
 * @param why what this gives, and what works without it
 * @param remedy what to do, with the command; empty when nothing is to be done
 * @param fixable whether {@code --fix} does it
 */
public record Finding(String check, Level level, String found, String why, String remedy, boolean fixable) {
    public Finding {
        if (found.isEmpty() || why.isEmpty()) {
            throw new IllegalArgumentException("a finding of " + check + " must say what was found and why it matters");
        }
        if (level != Level.OK && remedy.isEmpty()) {
            throw new IllegalArgumentException("a finding of " + check + " must say what to do");
        }
        if (level == Level.OK && fixable) {
            throw new IllegalArgumentException("there is nothing to repair in " + check);
        }
    }

    static Finding ok(String check, String found, String why) {
        return new Finding(check, Level.OK, found, why, "", false);
    }

    static Finding warning(String check, String found, String why, String remedy) {
        return new Finding(check, Level.WARNING, found, why, remedy, false);
    }

    static Finding problem(String check, String found, String why, String remedy) {
        return new Finding(check, Level.PROBLEM, found, why, remedy, false);
    }

    /** The same, to be repaired by {@code --fix}. */
    Finding repairable() {
        return new Finding(check, level, found, why, remedy, true);
    }
}
