package dev.steppe.model;

/**
 * What is asked of an allocation beside its job: that another instance takes its place, and that its end does not wait for
 * shutdown delays.
 */
public record DesiredTransition(boolean migrate, boolean noShutdownDelay) {
    /** Nothing is asked. */
    public static final DesiredTransition NONE = new DesiredTransition(false, false);

    /** Both what this and what the other asks. */
    public DesiredTransition and(DesiredTransition other) {
        return new DesiredTransition(migrate || other.migrate, noShutdownDelay || other.noShutdownDelay);
    }
}
