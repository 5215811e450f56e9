package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Functions that read services, keys, variables and certificates of the cluster. */
final class ClusterFunctions {
    private static final Pattern SERVICE = Pattern.compile("((?<tag>[\\w.-]+)\\.)?(?<name>[\\w/-]+)"
            + "(\\?(?<query>[^@~|]*))?(@(?<dc>[\\w.-]+))?(?<near>~[\\w.-]+)?(\\|(?<filter>[\\w,]+))?");
    private static final Pattern PLACE =
            Pattern.compile("/?(?<path>[^@~?]*)(\\?(?<query>[^@~]*))?(@(?<dc>[\\w.-]+))?(?<near>~[\\w.-]+)?");
    private static final List<String> STATUSES = List.of("passing", "warning", "critical", "maintenance");
    private static final List<String> OWN = List.of("ns=default", "partition=default");

    private ClusterFunctions() {}

    static void define(FunctionSet.Group group) {
        services(group);
        keys(group);
        scheduler(group);
        group.add(
                "secret",
                "PATH",
                "a secret that Vault answers a read of the path with, as Data and LeaseID; version 2 of the key-value store"
                        + " wants data in the path and has the values in Data.data; waits until there is one",
                ClusterFunctions::secret);
    }

    private static Datum secret(Arguments arguments) throws FunctionException {
        if (arguments.count() > 1) {
            throw new FunctionException("writing to Vault is not supported; name the path only");
        }
        return arguments.session().need(new Query.Secret(arguments.text(0)), Datum.nil());
    }

    private static void services(FunctionSet.Group group) {
        group.add(
                        "service",
                        "NAME [FILTER]",
                        "the instances of a service, named [tag.]name[@datacenter][|filter], that pass their checks; a filter passing, warning, critical,"
                                + " maintenance or any, several with commas, chooses others",
                        ClusterFunctions::service)
                .add(
                        "services",
                        "[@DATACENTER]",
                        "the names of all services with their tags",
                        it -> it.session().need(new Query.Services(datacenter(it)), Datum.of(List.of())));
    }

    private static void keys(FunctionSet.Group group) {
        group.add("key", "PATH[@DATACENTER]", "the value of a key; waits until there is one", ClusterFunctions::key)
                .add(
                        "keyExists",
                        "PATH[@DATACENTER]",
                        "whether there is such a key",
                        it -> Datum.of(it.session().look(keyQuery(it)).isPresent()))
                .add(
                        "keyOrDefault",
                        "PATH[@DATACENTER] DEFAULT",
                        "the value of a key, or the default",
                        ClusterFunctions::keyOrDefault)
                .add(
                        "ls",
                        "PREFIX[@DATACENTER]",
                        "the keys directly below a prefix, with Key and Value",
                        it -> pairs(it, false, false))
                .add(
                        "safeLs",
                        "PREFIX[@DATACENTER]",
                        "the same; waits until there is one",
                        it -> pairs(it, false, true))
                .add(
                        "tree",
                        "PREFIX[@DATACENTER]",
                        "all keys below a prefix, with Key and Value",
                        it -> pairs(it, true, false))
                .add(
                        "safeTree",
                        "PREFIX[@DATACENTER]",
                        "the same; waits until there is one",
                        it -> pairs(it, true, true));
    }

    private static void scheduler(FunctionSet.Group group) {
        group.add(
                        "nomadServices",
                        "",
                        "the names of the scheduler's services with their tags",
                        it -> it.session().need(new Query.NomadServices(), Datum.of(List.of())))
                .add(
                        "nomadService",
                        "[COUNT] [SEED] NAME",
                        "the instances of a service; with a count and a seed that many, chosen by the seed",
                        ClusterFunctions::nomadService)
                .add(
                        "nomadVar",
                        "PATH[@NAMESPACE]",
                        "the items of a variable; waits until there is one",
                        it -> it.session().need(variable(it), Shapes.variable(NOBODY, new TreeMap<>())))
                .add(
                        "nomadVarExists",
                        "PATH[@NAMESPACE]",
                        "whether there is such a variable",
                        it -> Datum.of(it.session().look(variable(it)).isPresent()))
                .add(
                        "nomadVarList",
                        "[PREFIX[@NAMESPACE]]",
                        "the paths of the variables below a prefix",
                        it -> variables(it, false))
                .add(
                        "nomadVarListSafe",
                        "[PREFIX[@NAMESPACE]]",
                        "the same; waits until there is one",
                        it -> variables(it, true));
    }

    private static final Shapes.VariableOrigin NOBODY =
            new Shapes.VariableOrigin("", "", 0, 0, java.time.Instant.EPOCH, java.time.Instant.EPOCH);

    private static void plain(Matcher matcher, String text) throws FunctionException {
        for (String part :
                Optional.ofNullable(matcher.group("query")).orElse("").split("&", -1)) {
            if (!part.isEmpty() && !OWN.contains(part)) {
                throw new FunctionException("\"" + part + "\" in \"" + text + "\" is not supported; remove it");
            }
        }
        if (matcher.group("near") != null) {
            throw new FunctionException("\"" + matcher.group("near") + "\" in \"" + text
                    + "\": Steppe does not sort by distance; remove it");
        }
    }

    private static Matcher place(String text) throws FunctionException {
        Matcher matcher = PLACE.matcher(text);
        if (!matcher.matches()) {
            throw new FunctionException("invalid format: \"" + text + "\"; write path@datacenter");
        }
        plain(matcher, text);
        return matcher;
    }

    private static Optional<String> datacenter(Arguments arguments) throws FunctionException {
        if (arguments.count() == 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(place(arguments.text(0)).group("dc"));
    }

    private static Datum service(Arguments arguments) throws FunctionException {
        String text = arguments.text(0);
        Matcher matcher = SERVICE.matcher(text);
        if (!matcher.matches()) {
            throw new FunctionException("invalid format: \"" + text + "\"; write tag.name@datacenter|filter");
        }
        plain(matcher, text);
        String named = arguments.count() > 1
                ? arguments.text(1)
                : Optional.ofNullable(matcher.group("filter")).orElse("passing");
        var wanted = new TreeSet<String>();
        for (String filter : named.replace('|', ',').split(",", -1)) {
            if (filter.strip().equals("any")) {
                wanted.addAll(STATUSES);
            } else if (STATUSES.contains(filter.strip())) {
                wanted.add(filter.strip());
            } else if (!filter.isBlank()) {
                throw new FunctionException(
                        "unknown filter \"" + filter.strip() + "\"; use one of any, " + String.join(", ", STATUSES));
            }
        }
        var query = new Query.Service(
                matcher.group("name"),
                Optional.ofNullable(matcher.group("tag")),
                Optional.ofNullable(matcher.group("dc")));
        var found = arguments.session().look(query).orElse(Datum.of(List.of()));
        var matching = new ArrayList<Datum>();
        for (Datum instance : ((Datum.Sequence) found).elements()) {
            if (wanted.contains(field(instance, "Status"))) {
                matching.add(instance);
            }
        }
        matching.sort(Comparator.comparing((Datum it) -> field(it, "Node")).thenComparing(it -> field(it, "ID")));
        return Datum.of(matching);
    }

    static String field(Datum structure, String name) {
        return structure instanceof Datum.Structure record
                ? Printing.plain(record.fields().getOrDefault(name, Datum.of("")))
                : "";
    }

    private static Query.Key keyQuery(Arguments arguments) throws FunctionException {
        Matcher matcher = place(arguments.text(0));
        return new Query.Key(matcher.group("path"), Optional.ofNullable(matcher.group("dc")));
    }

    private static Datum key(Arguments arguments) throws FunctionException {
        return arguments.text(0).isEmpty() ? Datum.of("") : arguments.session().need(keyQuery(arguments), Datum.of(""));
    }

    private static Datum keyOrDefault(Arguments arguments) throws FunctionException {
        Datum other = Datum.of(arguments.text(1));
        return arguments
                .session()
                .look(keyQuery(arguments))
                .filter(Datum::isTrue)
                .orElse(other);
    }

    private static Datum pairs(Arguments arguments, boolean deep, boolean wait) throws FunctionException {
        if (arguments.text(0).isEmpty()) {
            return Datum.of(List.of());
        }
        Matcher matcher = place(arguments.text(0));
        String prefix = matcher.group("path");
        var query = new Query.Keys(prefix, Optional.ofNullable(matcher.group("dc")));
        var found = arguments.session().look(query).orElse(Datum.of(List.of()));
        var pairs = new ArrayList<Datum>();
        for (Datum element : ((Datum.Sequence) found).elements()) {
            String path = field(element, "Path");
            String key = path.startsWith(prefix) ? path.substring(prefix.length()) : path;
            String name = key.replaceFirst("^/+", "");
            boolean wanted = !name.isEmpty() && !name.endsWith("/") && (deep || name.indexOf('/') < 0);
            if (wanted && element instanceof Datum.Structure pair) {
                pairs.add(Shapes.renamed(pair, name));
            }
        }
        return wait && pairs.isEmpty() ? awaited(arguments, query) : Datum.of(pairs);
    }

    /** Marks as missing what is there, but empty. */
    private static Datum awaited(Arguments arguments, Query query) {
        arguments.session().missing().add(query);
        return Datum.of(List.of());
    }

    private static Query.Variable variable(Arguments arguments) throws FunctionException {
        Matcher matcher = place(arguments.text(0));
        if (matcher.group("path").isEmpty()) {
            throw new FunctionException("the path of the variable is empty");
        }
        return new Query.Variable(matcher.group("path"), namespace(matcher));
    }

    /** The namespace of {@code path@namespace.region}; {@code *} and another region are refused where the data is. */
    private static Optional<String> namespace(Matcher matcher) {
        return Optional.ofNullable(matcher.group("dc"));
    }

    private static Datum variables(Arguments arguments, boolean wait) throws FunctionException {
        Matcher matcher = place(arguments.count() > 0 ? arguments.text(0) : "");
        var query = new Query.Variables(matcher.group("path"), namespace(matcher));
        Datum found = arguments.session().look(query).orElse(Datum.of(List.of()));
        return wait && !found.isTrue() ? awaited(arguments, query) : found;
    }

    private static Datum nomadService(Arguments arguments) throws FunctionException {
        if (arguments.count() == 2) {
            throw new FunctionException("it takes a name, or a count, a seed and a name");
        }
        var query = new Query.NomadService(Arguments.text(arguments.last())
                .orElseThrow(() -> new FunctionException("the name of the service is no text")));
        Datum found = arguments.session().look(query).orElse(Datum.of(List.of()));
        if (arguments.count() == 1) {
            return found;
        }
        long count = arguments.whole(0);
        String seed = arguments.text(1);
        // every instance has a rank of its own for the seed, so that one more or less moves no other
        return Datum.of(((Datum.Sequence) found)
                .elements().stream()
                        .sorted(Comparator.comparing(it -> Hashes.hex(
                                "SHA-256", (seed + "\0" + field(it, "ID")).getBytes(StandardCharsets.UTF_8))))
                        .limit(Math.max(0, count))
                        .toList());
    }
}
