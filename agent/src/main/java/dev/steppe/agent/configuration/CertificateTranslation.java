package dev.steppe.agent.configuration;

import dev.steppe.agent.configuration.LinkSettings.OwnCertificates;
import dev.steppe.language.value.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What files of both dialects say about own certificates: of the agent before other agents, and of its APIs. */
final class CertificateTranslation {
    private static final Duration HANDSHAKE = Duration.ofSeconds(5);

    private static final List<String> NOMAD =
            List.of("tls.ca_file", "tls.cert_file", "tls.key_file", "tls.verify_server_hostname");

    private final Written nomad;
    private final Written consul;
    private final Findings findings;

    CertificateTranslation(Written nomad, Written consul, Findings findings) {
        this.nomad = nomad;
        this.consul = consul;
        this.findings = findings;
    }

    /** Nomad's own words, else those of Consul for traffic between agents, else its defaults. */
    Optional<OwnCertificates> ofAgent() {
        // asked for also where they are not used, so that each has been looked at
        NOMAD.forEach(nomad::setting);
        if (isOn("tls.rpc")) {
            return ofNomad(nomad.setting("tls.rpc"));
        }
        return files(consul, words("internal_rpc"), Optional.empty());
    }

    boolean verifyNames() {
        return isOn("tls.rpc")
                ? isOn("tls.verify_server_hostname")
                : consul.value(word("internal_rpc", "verify_server_hostname"), Reading::flag)
                        .orElse(false);
    }

    /** A port for each where somebody asked for one. */
    ApiCertificates ofApis() {
        return new ApiCertificates(nomadApi(), consulApi());
    }

    private Optional<ApiCertificates.Served> nomadApi() {
        boolean asksCallers = isOn("tls.verify_https_client");
        boolean newestOnly = newestOnly(nomad, "tls.tls_min_version");
        var handshake = nomad.value("limits.https_handshake_timeout", Translation::positive)
                .orElse(HANDSHAKE);
        boolean isMeantForAgents = isOn("tls.rpc");
        if (!isOn("tls.http")) {
            if (!isMeantForAgents) {
                nomad.setting("tls.cert_file")
                        .ifPresent(setting -> findings.notice(
                                setting.place(),
                                "\"tls.cert_file\" is not used",
                                "Neither \"tls.http\" nor \"tls.rpc\" is true."));
            }
            return Optional.empty();
        }
        return ofNomad(nomad.setting("tls.http"))
                .map(files -> new ApiCertificates.Served(files, asksCallers, newestOnly, handshake));
    }

    private Optional<ApiCertificates.Served> consulApi() {
        boolean asksCallers = consul.value(word("https", "verify_incoming"), Reading::flag)
                .or(() -> consul.value("verify_incoming_https", Reading::flag))
                .orElse(false);
        boolean newestOnly = newestOnly(consul, word("https", "tls_min_version"));
        var handshake = consul.value("limits.https_handshake_timeout", Translation::positive)
                .orElse(HANDSHAKE);
        var words = words("https");
        int port = consul.value("ports.https", Reading::portOrNone).orElse(Ports.NONE);
        if (port == Ports.NONE) {
            return Optional.empty();
        }
        return files(consul, words, consul.setting("ports.https"))
                .map(files -> new ApiCertificates.Served(files, asksCallers, newestOnly, handshake));
    }

    /** Versions below 1.2 are refused whatever is written. */
    private static boolean newestOnly(Written dialect, String word) {
        return dialect.value(word, CertificateTranslation::version).orElse(false);
    }

    private static boolean version(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        return switch (text) {
            case "tls13", "TLSv1_3" -> true;
            case "tls10", "tls11", "tls12", "TLS_AUTO", "TLSv1_0", "TLSv1_1", "TLSv1_2" -> false;
            default -> throw new RefusedValueException("= \"" + text + "\" must be tls12 or tls13");
        };
    }

    private boolean isOn(String word) {
        return nomad.value(word, Reading::flag).orElse(false);
    }

    private Optional<OwnCertificates> ofNomad(Optional<Setting> asked) {
        return files(nomad, new Words("tls.ca_file", "tls.cert_file", "tls.key_file", "tls"), asked);
    }

    private Words words(String part) {
        String file = word(part, "ca_file");
        String directory = word(part, "ca_path");
        return new Words(
                consul.setting(file).isEmpty() && consul.setting(directory).isPresent() ? directory : file,
                word(part, "cert_file"),
                word(part, "key_file"),
                "tls.defaults");
    }

    /** Where Consul's dialect says something of a part of the agent: there, in the defaults, or as of old at the top. */
    private String word(String part, String name) {
        for (String word : new String[] {"tls." + part + "." + name, "tls.defaults." + name, name}) {
            if (consul.setting(word).isPresent()) {
                return word;
            }
        }
        return "tls.defaults." + name;
    }

    /** Where the three files are named. */
    private record Words(String authority, String certificate, String key, String block) {}

    private Optional<OwnCertificates> files(Written dialect, Words words, Optional<Setting> asked) {
        var authority = dialect.value(words.authority, CertificateTranslation::path);
        var certificate = dialect.value(words.certificate, CertificateTranslation::path);
        var key = dialect.value(words.key, CertificateTranslation::path);
        if (authority.isPresent() && certificate.isPresent() && key.isPresent()) {
            return Optional.of(new OwnCertificates(authority.get(), certificate.get(), key.get()));
        }
        dialect.setting(words.authority)
                .or(() -> dialect.setting(words.certificate))
                .or(() -> dialect.setting(words.key))
                .or(() -> asked)
                .ifPresent(
                        setting -> findings.wrong(
                                setting.place(),
                                "Own certificates need all of \"ca_file\", \"cert_file\" and \"key_file\" in \""
                                        + words.block + "\"",
                                "steppe tls ca create and steppe tls cert create make them, or whoever runs your authority;"
                                        + " between agents none are needed, because the servers make certificates themselves."));
        return Optional.empty();
    }

    private static Path path(Value value) throws RefusedValueException {
        return Path.of(Reading.text(value)).toAbsolutePath();
    }
}
