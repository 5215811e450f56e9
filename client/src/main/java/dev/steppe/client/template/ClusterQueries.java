package dev.steppe.client.template;

import dev.steppe.language.template.Datum;
import dev.steppe.language.template.Query;
import dev.steppe.language.template.Shapes;
import dev.steppe.language.template.TemplateData.Answer;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Translates what templates ask for into what the servers are asked, and their answers into values of templates. */
final class ClusterQueries {
    private ClusterQueries() {}

    /** What the servers are to be asked; empty when they have nothing to do with it. */
    static Optional<DataQuery> asked(Query query, String namespace) {
        return switch (query) {
            case Query.Service service -> Optional.of(new DataQuery.OneService(service.name()));
            case Query.NomadService service -> Optional.of(new DataQuery.OneService(service.name()));
            case Query.Services _, Query.NomadServices _ -> Optional.of(new DataQuery.AllServices());
            case Query.Key key -> Optional.of(new DataQuery.OneKey(key.path()));
            case Query.Keys keys -> Optional.of(new DataQuery.KeysUnder(keys.prefix()));
            case Query.Variable variable ->
                Optional.of(new DataQuery.OneVariable(variable.namespace().orElse(namespace), variable.path()));
            case Query.Variables variables ->
                Optional.of(new DataQuery.VariablesUnder(variables.namespace().orElse(namespace), variables.prefix()));
            case Query.File _, Query.Secret _ -> Optional.empty();
        };
    }

    static Answer answer(Query query, DataAnswer found) {
        return switch (found) {
            case DataAnswer.Missing _ -> new Answer.Absent();
            case DataAnswer.Denied(String reason) -> new Answer.Refused(reason);
            case DataAnswer.FoundVariable(DataAnswer.VariableAbout about, var items) ->
                new Answer.Known(Shapes.variable(origin(about), items.values()));
            case DataAnswer.FoundVariables(List<DataAnswer.VariableAbout> variables) ->
                new Answer.Known(Datum.of(variables.stream()
                        .map(about -> Shapes.variableOrigin(origin(about)))
                        .toList()));
            case DataAnswer.FoundKeys(List<KeyEntry> entries) -> keys(query, entries);
            case DataAnswer.FoundInstances(List<DataAnswer.Instance> instances) -> instances(query, instances);
            case DataAnswer.FoundServices services -> {
                var all = new ArrayList<Datum>();
                services.tags().forEach((name, tags) -> all.add(Shapes.service(name, tags)));
                yield new Answer.Known(Datum.of(all));
            }
        };
    }

    private static Shapes.VariableOrigin origin(DataAnswer.VariableAbout about) {
        return new Shapes.VariableOrigin(
                about.namespace(),
                about.path(),
                about.createIndex(),
                about.modifyIndex(),
                about.createTime(),
                about.modifyTime());
    }

    private static Answer keys(Query query, List<KeyEntry> entries) {
        if (query instanceof Query.Key) {
            return entries.isEmpty() ? new Answer.Absent() : new Answer.Known(Datum.of(text(entries.getFirst())));
        }
        return new Answer.Known(Datum.of(entries.stream()
                .map(entry -> Shapes.pair(new Shapes.Pair(
                        entry.key(),
                        text(entry),
                        entry.createIndex(),
                        entry.modifyIndex(),
                        entry.lockIndex(),
                        entry.flags(),
                        entry.session())))
                .toList()));
    }

    private static String text(KeyEntry entry) {
        return new String(entry.value(), StandardCharsets.UTF_8);
    }

    /** Instances that have no address yet cannot be reached, and are nobody's. */
    private static Answer instances(Query query, List<DataAnswer.Instance> instances) {
        var shapes = new ArrayList<Datum>();
        for (DataAnswer.Instance it : instances) {
            if (it.address().isEmpty()) {
                continue;
            }
            if (query instanceof Query.Service service) {
                boolean fits = service.tag().map(it.tags()::contains).orElse(true)
                        && service.datacenter().map(it.datacenter()::equals).orElse(true);
                if (fits) {
                    shapes.add(instance(it));
                }
            } else if (it.status().equals("passing")) {
                shapes.add(Shapes.nomadInstance(new Shapes.NomadInstance(
                        it.id(),
                        it.name(),
                        it.nodeId(),
                        it.address(),
                        it.port(),
                        it.datacenter(),
                        it.tags(),
                        it.jobId(),
                        it.allocationId())));
            }
        }
        return new Answer.Known(Datum.of(shapes));
    }

    private static Datum instance(DataAnswer.Instance it) {
        return Shapes.instance(new Shapes.Instance(
                it.nodeName(),
                it.nodeId(),
                it.nodeAddress(),
                new TreeMap<>(),
                it.address(),
                it.id(),
                it.name(),
                it.tags(),
                it.status(),
                it.port(),
                it.meta(),
                List.of()));
    }
}
