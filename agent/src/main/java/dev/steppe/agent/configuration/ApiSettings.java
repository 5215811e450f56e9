package dev.steppe.agent.configuration;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** What holds for the two HTTP APIs: headers on every answer, connections one caller may have, and TLS. */
public record ApiSettings(
        SortedMap<String, String> nomadHeaders,
        SortedMap<String, String> consulHeaders,
        int nomadConnectionsPerCaller,
        int consulConnectionsPerCaller,
        ApiCertificates certificates) {
    public ApiSettings {
        nomadHeaders = Collections.unmodifiableSortedMap(new TreeMap<>(nomadHeaders));
        consulHeaders = Collections.unmodifiableSortedMap(new TreeMap<>(consulHeaders));
    }
}
