package dev.steppe.scheduler;

import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;

/** A group of which so many instances find no place, with what each node says to one more, and who can be asked what if. */
record Shortage(WhatIf whatIf, Job job, Survey survey, int unplaced) {
    /** The state that the survey looked at. */
    Snapshot snapshot() {
        return survey.snapshot();
    }

    TaskGroup group() {
        return survey.group();
    }
}
