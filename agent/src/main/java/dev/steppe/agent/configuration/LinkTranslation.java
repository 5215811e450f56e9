package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** What files of both dialects say about other agents and certificates. */
final class LinkTranslation {
    private static final List<String> NOMAD_SERVERS = List.of(
            "server.server_join.retry_join",
            "server.server_join.start_join",
            "server.retry_join",
            "server.start_join",
            "client.server_join.retry_join",
            "client.server_join.start_join",
            "client.servers");

    private final Written nomad;
    private final Written consul;
    private final Findings findings;

    LinkTranslation(Written nomad, Written consul, Findings findings) {
        this.nomad = nomad;
        this.consul = consul;
        this.findings = findings;
    }

    LinkSettings settings() {
        var certificates = new CertificateTranslation(nomad, consul, findings);
        return new LinkSettings(
                servers(),
                NOMAD_SERVERS.stream()
                                .anyMatch(word -> word.endsWith("start_join")
                                        && !nomad.texts(word).isEmpty())
                        || !consul.texts("start_join").isEmpty(),
                duration("server.server_join.retry_interval")
                        .or(() -> duration("server.retry_interval"))
                        .or(() -> duration("client.server_join.retry_interval"))
                        .or(() -> consul.value("retry_interval", Translation::positive))
                        .orElse(Duration.ofSeconds(30)),
                number("server.server_join.retry_max")
                        .or(() -> number("server.retry_max"))
                        .or(() -> number("client.server_join.retry_max"))
                        .or(() -> consul.value("retry_max", Reading::count))
                        .orElse(0),
                certificates.ofAgent(),
                certificates.verifyNames(),
                otherRegions(),
                nomad.value("server.encrypt", Reading::text).or(() -> consul.value("encrypt", Reading::text)));
    }

    private List<String> otherRegions() {
        var all = new LinkedHashSet<String>();
        for (String word : List.of("retry_join_wan", "start_join_wan")) {
            consul.texts(word).forEach(address -> all.add(address.replaceFirst(":(8300|8302)$", "")));
        }
        return List.copyOf(all);
    }

    private Optional<Duration> duration(String word) {
        return nomad.value(word, Translation::positive);
    }

    private Optional<Integer> number(String word) {
        return nomad.value(word, Reading::count);
    }

    /** Addresses of either dialect; where Consul's agents talk, nobody listens here, so its ports are left out. */
    private List<String> servers() {
        var all = new LinkedHashSet<String>();
        NOMAD_SERVERS.forEach(word -> all.addAll(nomad.texts(word)));
        boolean fromNomad = !all.isEmpty();
        if (!fromNomad) {
            for (String word : List.of("retry_join", "start_join")) {
                consul.texts(word).forEach(address -> all.add(address.replaceFirst(":(8300|8301)$", "")));
            }
        }
        for (String address : all) {
            if (address.contains("provider=")) {
                findings.wrong(
                        nomad.setting("server.server_join.retry_join")
                                .or(() -> consul.setting("retry_join"))
                                .orElseThrow()
                                .place(),
                        "\"" + address + "\" asks a cloud which servers there are, which is not supported",
                        "Write addresses or names of hosts.");
            }
        }
        return new ArrayList<>(all);
    }
}
