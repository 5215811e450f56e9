package dev.steppe.api;

import dev.steppe.api.http.Refused;
import java.util.Base64;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The keys that servers have in common, changed on all of them while they run. Safe for use from any thread. */
public interface GossipKeys {

    /** What may be done. */
    enum Action {
        /** Only tell. */
        LIST,
        /** Accept one more. */
        INSTALL,
        /** Show this one from now on, which every server accepts already. */
        USE,
        /** Accept one less. */
        REMOVE
    }

    /** The key itself where it is one. */
    static String checked(String key) throws Refused {
        try {
            int bytes = Base64.getDecoder().decode(key).length;
            if (bytes == 16 || bytes == 24 || bytes == 32) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // told below
        }
        throw Refused.invalid("a key is 16, 24 or 32 bytes in base64, as steppe operator keygen makes one");
    }

    /**
     * How all servers stand afterwards.
     *
     * @param servers how many were asked
     * @param messages by the name of a server, what went wrong there
     * @param keys how many servers accept each key
     * @param shown how many servers show each key
     */
    record Report(
            int servers,
            SortedMap<String, String> messages,
            SortedMap<String, Integer> keys,
            SortedMap<String, Integer> shown) {
        public Report {
            messages = Collections.unmodifiableSortedMap(new TreeMap<>(messages));
            keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
            shown = Collections.unmodifiableSortedMap(new TreeMap<>(shown));
        }

        /** Keys are secret. */
        @Override
        public String toString() {
            return "Report[" + servers + " servers, " + messages + "]";
        }
    }

    /** Does it on every server; a server where it failed is in the report. The key counts except for {@code LIST}. */
    Report ask(Action action, String key) throws Refused, InterruptedException;
}
