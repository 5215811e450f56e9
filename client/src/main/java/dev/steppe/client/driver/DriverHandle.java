package dev.steppe.client.driver;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** All a driver needs to find one of its tasks again: plain texts, kept by the caller on disk. */
public record DriverHandle(String driver, SortedMap<String, String> values) {
    public DriverHandle {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }
}
