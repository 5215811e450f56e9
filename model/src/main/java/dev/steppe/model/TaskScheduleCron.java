package dev.steppe.model;

/** From when until when a task runs, on the days that the start names. */
public record TaskScheduleCron(String start, String end, String timezone) {}
