package dev.steppe.agent.configuration;

import dev.steppe.language.source.Diagnostic;

/** Something worth saying about a configuration, and how much it weighs. */
public record Finding(Weight weight, Diagnostic diagnostic) {

    /** What a finding keeps from happening. */
    public enum Weight {
        /** The files are wrong, whatever the machine. */
        WRONG,
        /** An agent does not start with it, but the file may be right: what it needs is not there yet, or not on this machine. */
        AT_START,
        /** Nothing; it should be known. */
        NOTICE
    }
}
