package dev.steppe.agent.doctor;

import java.util.Locale;

/** How a check came out. Only a problem makes the doctor fail. */
public enum Level {
    OK,
    /** Something works less well, or not for everybody. */
    WARNING,
    /** Something that the agent would be asked for does not work. */
    PROBLEM;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
