package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;

/** When failing checks restart the task: after how many in a row, counted from the grace time on. */
public record CheckRestart(int limit, @Default("1s") Duration grace, boolean ignoreWarnings) {}
