package dev.steppe.agent.configuration;

import dev.steppe.language.value.Value;
import java.nio.file.Path;
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
                own(),
                verifyNames(),
                nomad.value("server.encrypt", Reading::text).or(() -> consul.value("encrypt", Reading::text)));
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

    /** Nomad's own words, else those of Consul for traffic between agents, else its defaults. */
    private Optional<LinkSettings.OwnCertificates> own() {
        boolean rpc = nomad.value("tls.rpc", Reading::flag).orElse(false);
        if (!rpc) {
            // they may be meant for the API alone
            List.of("tls.ca_file", "tls.cert_file", "tls.key_file").forEach(nomad::setting);
        } else {
            return files(nomad, "tls.ca_file", "tls.cert_file", "tls.key_file", "tls", nomad.setting("tls.rpc"));
        }
        return files(
                consul,
                firstOf("tls.internal_rpc.ca_file", "tls.defaults.ca_file", "ca_file"),
                firstOf("tls.internal_rpc.cert_file", "tls.defaults.cert_file", "cert_file"),
                firstOf("tls.internal_rpc.key_file", "tls.defaults.key_file", "key_file"),
                "tls.defaults",
                Optional.empty());
    }

    private String firstOf(String... words) {
        for (String word : words) {
            if (consul.setting(word).isPresent()) {
                return word;
            }
        }
        return words[1];
    }

    private Optional<LinkSettings.OwnCertificates> files(
            Written dialect, String authority, String certificate, String key, String block, Optional<Setting> asked) {
        var found = List.of(
                dialect.value(authority, LinkTranslation::path),
                dialect.value(certificate, LinkTranslation::path),
                dialect.value(key, LinkTranslation::path));
        if (found.stream().allMatch(Optional::isPresent)) {
            return Optional.of(new LinkSettings.OwnCertificates(
                    found.get(0).orElseThrow(),
                    found.get(1).orElseThrow(),
                    found.get(2).orElseThrow()));
        }
        if (found.stream().anyMatch(Optional::isPresent) || asked.isPresent()) {
            var place = dialect.setting(authority)
                    .or(() -> dialect.setting(certificate))
                    .or(() -> dialect.setting(key))
                    .or(() -> asked);
            place.ifPresent(setting -> findings.wrong(
                    setting.place(),
                    "Own certificates need all of \"ca_file\", \"cert_file\" and \"key_file\" in \"" + block + "\"",
                    "Whoever runs your authority makes them for server.<region>.nomad; without any of the three, the servers"
                            + " make certificates themselves."));
        }
        return Optional.empty();
    }

    private static Path path(Value value) throws RefusedValueException {
        return Path.of(Reading.text(value)).toAbsolutePath();
    }

    private boolean verifyNames() {
        boolean rpc = nomad.value("tls.rpc", Reading::flag).orElse(false);
        boolean ofNomad =
                nomad.value("tls.verify_server_hostname", Reading::flag).orElse(false);
        return rpc
                ? ofNomad
                : consul.value("tls.internal_rpc.verify_server_hostname", Reading::flag)
                        .or(() -> consul.value("tls.defaults.verify_server_hostname", Reading::flag))
                        .or(() -> consul.value("verify_server_hostname", Reading::flag))
                        .orElse(false);
    }
}
