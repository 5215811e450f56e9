package dev.steppe.agent.configuration;

import dev.steppe.api.metrics.Publishing;
import dev.steppe.language.value.Value;
import dev.steppe.security.Secret;
import dev.steppe.security.access.AccessSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Makes one configuration of what files of both dialects say. Where both speak of one thing they must agree, or a rule in
 * docs/agent-configuration.md says which counts. For one thread.
 */
final class Translation {
    private final Written nomad;
    private final Written consul;
    private final Findings findings;
    private final Both both;
    private final boolean development;

    Translation(Written nomad, Written consul, Findings findings, boolean development) {
        this.nomad = nomad;
        this.consul = consul;
        this.findings = findings;
        this.both = new Both(nomad, consul, findings);
        this.development = development;
    }

    Configuration configuration() {
        elsewhere();
        var server = new ServerTranslation(both, development).settings();
        var client = new ClientTranslation(nomad, findings, development);
        var plugins = new PluginTranslation(nomad, findings, development);
        return new Configuration(
                nomad.value("region", Translation::label).orElse("global"),
                both.same("datacenter", "datacenter", Translation::label).orElse("dc1"),
                both.same("name", "node_name", Reading::text),
                consul.value("node_id", Translation::nodeId),
                dataDir(),
                consul.value("pid_file", Reading::absolutePath),
                listening(),
                ports(),
                server,
                new LinkTranslation(nomad, consul, findings).settings(),
                client.settings(meta()),
                plugins.plugins(),
                log(),
                api(),
                names(),
                telemetry(),
                leaving(),
                allowByDefault(),
                accessControl());
    }

    /** This agent answers Consul's API itself; a cluster elsewhere would not know its services. */
    private void elsewhere() {
        for (String word : List.of("consul.address", "consul.grpc_address")) {
            nomad.value(word, Reading::anyText)
                    .map(address -> address.replaceFirst("^https?://", "").replaceFirst(":\\d+$", ""))
                    .filter(host -> !host.isEmpty() && !host.matches("localhost|127(\\.\\d+){3}|\\[?::1]?"))
                    .flatMap(host -> nomad.setting(word))
                    .ifPresent(setting -> later(
                            setting,
                            "names a Consul elsewhere, which is not asked: this agent answers its API itself",
                            "Write \"127.0.0.1:8500\", or remove it."));
        }
        nomad.value("consul.name", Reading::text)
                .filter(name -> !name.equals("default"))
                .flatMap(name -> nomad.setting("consul.name"))
                .ifPresent(
                        setting -> later(setting, "other than \"default\" is not supported: there is one cluster", ""));
    }

    /** In Consul's own files the data are Consul's, and there are none here that are only its. */
    private Optional<Path> dataDir() {
        return both.first("data_dir", "data_dir", Reading::absolutePath);
    }

    static String label(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        if (!text.matches("[a-zA-Z0-9_-]{1,128}")) {
            throw new RefusedValueException("= \"" + text + "\" must be 1 to 128 letters, digits, - or _");
        }
        return text;
    }

    private static String nodeId(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        if (!text.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            throw new RefusedValueException(
                    "= \"" + text + "\" must look like 00000000-0000-0000-0000-000000000000, in small letters");
        }
        return text;
    }

    private void later(Setting setting, String message, String detail) {
        findings.atStart(setting.place(), "\"" + setting.path() + "\" " + message, detail);
    }

    static Duration positive(Value value) throws RefusedValueException {
        var duration = Reading.duration(value);
        if (duration.isNegative() || duration.isZero()) {
            throw new RefusedValueException("must be longer than nothing");
        }
        return duration;
    }

    /** Words about the node from both dialects; a word with two meanings is refused. */
    private SortedMap<String, String> meta() {
        var meta = new TreeMap<>(nomad.map("client.meta"));
        consul.map("node_meta").forEach((name, text) -> {
            String other = meta.put(name, text);
            if (other != null && !other.equals(text)) {
                consul.setting("node_meta")
                        .ifPresent(setting -> findings.wrong(
                                setting.place(),
                                "Two values for one thing: \"" + name + "\" is \"" + text + "\" in \"node_meta\" and \""
                                        + other + "\" in \"client.meta\"",
                                "A node has each word once: write the same in both, or remove one."));
            }
        });
        return meta;
    }

    /** One agent asks callers of both its APIs, or of none. */
    private boolean accessControl() {
        boolean enabled = both.same("acl.enabled", "acl.enabled", Reading::flag).orElse(false);
        if (enabled) {
            consul.value("acl.default_policy", Translation::policy)
                    .filter(allow -> allow)
                    .flatMap(allow -> consul.setting("acl.default_policy"))
                    .ifPresent(setting -> later(
                            setting,
                            "= \"allow\" is not supported beside \"acl.enabled\": callers without a token may do nothing",
                            "Write \"deny\"; calls in the mesh without an intention are a matter of"
                                    + " \"default_intention_policy\"."));
        }
        return enabled;
    }

    private Listening listening() {
        var written = nomad.value("bind_addr", Translation::addresses);
        var nomadUsual = written.orElse(usualOfNomad());
        var consulUsual = consul.value("client_addr", Translation::addresses)
                .or(() -> written.filter(all -> consul.isEmpty()))
                .orElse(List.of(Listening.STANDARD));
        return new Listening(
                nomad.value("addresses.http", Translation::addresses).orElse(nomadUsual),
                consul.value("addresses.http", Translation::addresses).orElse(consulUsual),
                consul.value("addresses.https", Translation::addresses).orElse(consulUsual),
                consul.value("addresses.dns", Translation::addresses).orElse(consulUsual),
                nomad.value("addresses.rpc", Translation::addresses)
                        .or(() -> nomad.value("bind_addr", Translation::addresses))
                        .or(() -> consul.value("bind_addr", Translation::addresses))
                        .orElse(List.of()),
                consul.value("advertise_addr", Reading::text)
                        .or(() -> consul.value("advertise_addr_ipv4", Reading::text))
                        .or(() -> consul.value("bind_addr", Reading::text)),
                nomad.value("advertise.http", Reading::text),
                nomad.value("advertise.rpc", Reading::text));
    }

    /** Whoever calls proves who they are and nobody reads what they say, or it stays on the machine. */
    private List<String> usualOfNomad() {
        boolean secured = nomad.value("tls.http", Reading::flag).orElse(false);
        boolean asks = nomad.value("tls.verify_https_client", Reading::flag).orElse(false)
                || nomad.value("acl.enabled", Reading::flag)
                        .or(() -> consul.value("acl.enabled", Reading::flag))
                        .orElse(false);
        return List.of(secured && asks && !development ? Listening.ANYWHERE : Listening.STANDARD);
    }

    /** Separated by spaces, but a template is one although it holds some. */
    private static List<String> addresses(Value value) throws RefusedValueException {
        String text = Reading.text(value).strip();
        if (text.contains("unix://")) {
            throw new RefusedValueException(
                    "= \"" + text + "\" is not supported yet: the APIs listen on addresses only");
        }
        if (text.contains("{{")) {
            AddressTemplate.check(text);
            return List.of(text);
        }
        var found = Arrays.asList(text.split("\\s+", -1));
        for (String address : found) {
            AddressTemplate.check(address);
        }
        return found;
    }

    private Ports ports() {
        int https = consul.value("ports.https", Reading::portOrNone).orElse(Ports.NONE);
        int rpc = nomad.value("ports.rpc", Reading::port)
                .or(() -> consul.value("ports.server", Reading::port))
                .orElse(Ports.standard().rpc());
        return new Ports(
                nomad.value("ports.http", Reading::port).orElse(Ports.standard().http()),
                both.same("ports.consul", "ports.http", https == Ports.NONE ? Reading::port : Reading::portOrNone)
                        .orElse(Ports.standard().consul()),
                https,
                both.same("ports.dns", "ports.dns", Reading::port)
                        .orElse(Ports.standard().dns()),
                rpc,
                nomad.value("ports.serf", Reading::port).orElse(rpc == 0 ? 0 : rpc + 1));
    }

    private LogSettings log() {
        return new LogSettings(
                both.first("log_level", "log_level", Translation::level).orElse(LogLevel.INFO),
                both.first("log_json", "log_json", Reading::flag).orElse(false),
                nomad.value("log_include_location", Reading::flag).orElse(false),
                both.first("log_file", "log_file", Translation::logFile),
                both.first("log_rotate_duration", "log_rotate_duration", Translation::positive)
                        .orElse(Duration.ofHours(24)),
                both.first("log_rotate_bytes", "log_rotate_bytes", Reading::number)
                        .orElse(0L),
                filesKept());
    }

    /** 0 keeps all and -1 none, as people know it. */
    private Optional<Integer> filesKept() {
        return both.first("log_rotate_max_files", "log_rotate_max_files", Reading::number)
                .filter(count -> count != 0)
                .map(count -> Math.clamp(count, 0, Integer.MAX_VALUE));
    }

    private static String logFile(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        Reading.absolutePath(value);
        return text;
    }

    private static LogLevel level(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        return LogLevel.of(text)
                .orElseThrow(() ->
                        new RefusedValueException("= \"" + text + "\" must be TRACE, DEBUG, INFO, WARN, ERROR or OFF"));
    }

    private ApiSettings api() {
        return new ApiSettings(
                headers(nomad.map("http_api_response_headers"), () -> nomad.setting("http_api_response_headers")),
                headers(
                        consul.map("http_config.response_headers"),
                        () -> consul.setting("http_config.response_headers")),
                nomad.value("limits.http_max_conns_per_client", Reading::count).orElse(100),
                consul.value("limits.http_max_conns_per_client", Reading::count).orElse(200),
                new CertificateTranslation(nomad, consul, findings).ofApis());
    }

    private SortedMap<String, String> headers(
            SortedMap<String, String> written, java.util.function.Supplier<Optional<Setting>> place) {
        Predicate<String> isName = name -> name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
        written.forEach((name, value) -> {
            if (!isName.test(name) || !value.chars().allMatch(c -> c >= ' ' && c != 127)) {
                place.get()
                        .ifPresent(setting -> findings.wrong(
                                setting.place(), "\"" + name + "\" in \"" + setting.path() + "\" cannot be sent", ""));
            }
        });
        return written;
    }

    private NameServiceSettings names() {
        var ttls = consul.map("dns_config.service_ttl");
        for (String service : ttls.keySet()) {
            if (!service.equals("*")) {
                consul.setting("dns_config.service_ttl")
                        .ifPresent(setting -> later(
                                setting, "for one service is not supported yet: " + service, "Write { \"*\" = ... }."));
            }
        }
        var recursors = new ArrayList<String>();
        for (String recursor : consul.texts("recursors")) {
            try {
                AddressTemplate.check(recursor.replaceFirst("^(\\[[^]]+]|[^:]+):\\d+$", "$1"));
                recursors.add(recursor);
            } catch (RefusedValueException wrong) {
                consul.setting("recursors")
                        .ifPresent(
                                setting -> findings.wrong(setting.place(), "\"recursors\" " + wrong.getMessage(), ""));
            }
        }
        return new NameServiceSettings(
                consul.value("domain", Translation::domain).orElse("consul"),
                recursors,
                consul.value("dns_config.recursor_timeout", Translation::positive)
                        .orElse(Duration.ofSeconds(2)),
                consul.value("dns_config.node_ttl", Reading::duration).orElse(Duration.ZERO),
                Optional.ofNullable(ttls.get("*")).flatMap(this::ttl).orElse(Duration.ZERO),
                consul.value("acl.tokens.dns", Reading::text)
                        .map(secret -> AccessSecret.digestOf(Secret.ofText(secret))));
    }

    private Optional<Duration> ttl(String written) {
        try {
            return Optional.of(Reading.duration(Value.of(written)));
        } catch (RefusedValueException wrong) {
            consul.setting("dns_config.service_ttl")
                    .ifPresent(setting ->
                            findings.wrong(setting.place(), "\"" + setting.path() + "\" " + wrong.getMessage(), ""));
            return Optional.empty();
        }
    }

    private static String domain(Value value) throws RefusedValueException {
        String text = Reading.text(value).replaceFirst("\\.$", "");
        if (!text.matches("[a-zA-Z0-9-]{1,63}(\\.[a-zA-Z0-9-]{1,63})*")) {
            throw new RefusedValueException("= \"" + text + "\" is not a domain");
        }
        return text;
    }

    private Publishing telemetry() {
        var prefixes = new ArrayList<String>();
        for (Written written : List.of(nomad, consul)) {
            if (written.value("telemetry.prefix_filter", Translation::prefixes).isPresent()) {
                prefixes.addAll(written.texts("telemetry.prefix_filter"));
            }
        }
        return new Publishing(
                nomad.value("telemetry.prometheus_metrics", Reading::flag).orElse(true),
                nomad.value("telemetry.publish_allocation_metrics", Reading::flag)
                        .orElse(true),
                nomad.value("telemetry.publish_node_metrics", Reading::flag).orElse(true),
                prefixes,
                both.first("telemetry.filter_default", "telemetry.filter_default", Reading::flag)
                        .orElse(true));
    }

    private static List<String> prefixes(Value value) throws RefusedValueException {
        var prefixes = Reading.texts(value);
        for (String prefix : prefixes) {
            if (!prefix.startsWith("+") && !prefix.startsWith("-")) {
                throw new RefusedValueException("names \"" + prefix + "\", which begins with neither + nor -");
            }
        }
        return prefixes;
    }

    private Leaving leaving() {
        boolean onTerminate = nomad.value("leave_on_terminate", Reading::flag).orElse(false)
                || consul.value("leave_on_terminate", Reading::flag).orElse(false);
        return new Leaving(
                nomad.value("leave_on_interrupt", Reading::flag).orElse(false),
                onTerminate,
                nomad.value("client.drain_on_shutdown.deadline", Translation::positive)
                        .orElse(Duration.ofHours(1)));
    }

    private boolean allowByDefault() {
        consul.value("connect.ca_provider", Reading::text)
                .filter(provider -> !provider.equals("consul"))
                .flatMap(provider -> consul.setting("connect.ca_provider"))
                .ifPresent(setting -> later(setting, "other than \"consul\" is not supported yet", ""));
        return consul.value("default_intention_policy", Translation::policy)
                .or(() -> consul.value("acl.default_policy", Translation::policy))
                .orElse(true);
    }

    private static boolean policy(Value value) throws RefusedValueException {
        return switch (Reading.text(value)) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw new RefusedValueException("must be \"allow\" or \"deny\"");
        };
    }
}
