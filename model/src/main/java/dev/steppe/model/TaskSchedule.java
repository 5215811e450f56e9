package dev.steppe.model;

import java.util.Optional;

/** The hours during which a task runs. */
public record TaskSchedule(Optional<TaskScheduleCron> cron) {}
