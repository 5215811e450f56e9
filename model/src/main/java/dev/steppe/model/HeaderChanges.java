package dev.steppe.model;

import java.util.List;
import java.util.SortedMap;

/** What is changed in the headers of requests or answers. */
public record HeaderChanges(SortedMap<String, String> add, SortedMap<String, String> set, List<String> remove) {}
