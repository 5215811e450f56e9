package dev.steppe.model;

/** The share of instances wanted on nodes of one attribute value, in percent. */
public record SpreadTarget(String value, int percent) {}
