package dev.steppe.model;

import java.util.SortedMap;

/** Arguments for the plug-ins that make a network. */
public record CniConfig(SortedMap<String, String> args) {}
