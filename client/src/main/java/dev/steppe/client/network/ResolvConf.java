package dev.steppe.client.network;

import dev.steppe.model.DnsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The text of a resolv.conf for the tasks of one allocation. */
public final class ResolvConf {
    private ResolvConf() {}

    /**
     * The given name server, with the machine's search domains and options; what the job says about DNS wins. A job that
     * names servers does not get ours.
     */
    public static String text(String machineText, String nameServer, Optional<DnsConfig> wish) {
        var servers =
                wish.map(DnsConfig::servers).filter(list -> !list.isEmpty()).orElse(List.of(nameServer));
        var searches =
                wish.map(DnsConfig::searches).filter(list -> !list.isEmpty()).orElse(words(machineText, "search"));
        var options =
                wish.map(DnsConfig::options).filter(list -> !list.isEmpty()).orElse(words(machineText, "options"));
        var lines = new ArrayList<String>();
        if (!searches.isEmpty()) {
            lines.add("search " + String.join(" ", searches));
        }
        servers.forEach(server -> lines.add("nameserver " + server));
        if (!options.isEmpty()) {
            lines.add("options " + String.join(" ", options));
        }
        return String.join("\n", lines) + "\n";
    }

    private static List<String> words(String text, String keyword) {
        var found = new ArrayList<String>();
        for (String line : text.split("\n", -1)) {
            var words = List.of(line.trim().split("\\s+", -1));
            if (words.getFirst().equals(keyword)) {
                // The last line of a kind wins in every resolver.
                found.clear();
                found.addAll(words.subList(1, words.size()));
            }
        }
        return found;
    }
}
