package dev.steppe.api.consul;

import dev.steppe.api.LiveCatalog;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.BlockingRead;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Filtering;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.WaitTerms;
import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.model.codec.Codec;
import dev.steppe.state.Interest;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Answers reads of the catalog and the state: blocking when asked, with index and freshness headers. */
record Reads(Region region, LiveCatalog catalog) {
    private static final List<String> ENTERPRISE = List.of("ns", "partition");

    /** Makes a document from the catalog. */
    @FunctionalInterface
    interface CatalogView {
        Object of(Catalog catalog) throws Refused;
    }

    /** Makes a document from the state. */
    @FunctionalInterface
    interface StateView {
        Object of(Snapshot snapshot) throws Refused;
    }

    /** Makes a document from the catalog of what a filter lets through. */
    @FunctionalInterface
    interface FilteredView {
        Object of(Catalog catalog, Filtering filtering) throws Refused;
    }

    /** As {@link #ofCatalog}, of a list that people may choose from. */
    Answer listOfCatalog(Request request, FilteredView view) throws Refused, IOException, InterruptedException {
        var filtering = filtering(request);
        return read(
                request,
                snapshot -> json(view.of(catalog.ofConsul(snapshot), filtering)),
                interests(LiveCatalog.tables()));
    }

    /** What is to be shown of a list; refuses what {@link #check} refuses otherwise. */
    Filtering filtering(Request request) throws Refused {
        checkButFilter(request);
        return Filtering.of(request, Dialect.CONSUL);
    }

    Answer ofCatalog(Request request, CatalogView view) throws Refused, IOException, InterruptedException {
        return ofState(request, snapshot -> view.of(catalog.ofConsul(snapshot)), LiveCatalog.tables());
    }

    Answer ofState(Request request, StateView view, Table... tables) throws Refused, IOException, InterruptedException {
        return ofInterests(request, snapshot -> json(view.of(snapshot)), interests(tables));
    }

    static List<Interest> interests(Table... tables) {
        return Arrays.stream(tables).<Interest>map(Interest.Whole::new).toList();
    }

    /** Makes a whole response from the state. */
    @FunctionalInterface
    interface ResponseView {
        Response of(Snapshot snapshot) throws Refused;
    }

    /** The answer to a read that waits for changes of these only. */
    Answer ofInterests(Request request, ResponseView view, List<Interest> interests)
            throws Refused, IOException, InterruptedException {
        check(request);
        return read(request, view, interests);
    }

    /** The same of a request that was checked. */
    Answer read(Request request, ResponseView view, List<Interest> interests)
            throws Refused, IOException, InterruptedException {
        var consistency =
                request.query().flag("stale") ? "stale" : request.query().flag("consistent") ? "consistent" : "leader";
        BlockingRead read = () -> {
            var snapshot = region.snapshot();
            long index = interests.stream()
                    .mapToLong(interest -> interest.index(snapshot))
                    .max()
                    .orElse(1);
            return new BlockingRead.Reading(index, region.changeAfter(index, interests), () -> {
                var fresh = region.freshness();
                var state = new Dialect.ReadState(index, fresh.knownLeader(), fresh.lastContact());
                return Dialect.CONSUL
                        .stamp(view.of(snapshot), state)
                        .with("X-Consul-Effective-Consistency", consistency);
            });
        };
        return read.under(WaitTerms.of(request.query(), Dialect.CONSUL, ThreadLocalRandom.current()));
    }

    static Response json(Object document) {
        return Response.json(Bytes.wrap(Codec.toJsonBytes(document, false)));
    }

    /** Refuses parameters that would change the answer and are not served. */
    void check(Request request) throws Refused {
        refuse(request, "filter");
        checkButFilter(request);
    }

    private static void refuse(Request request, String name) throws Refused {
        if (request.query().text(name).isPresent()) {
            throw Refused.unsupported("the parameter \"" + name + "\" is not supported here; remove it");
        }
    }

    private void checkButFilter(Request request) throws Refused {
        var query = request.query();
        if (query.flag("stale") && query.flag("consistent")) {
            throw Refused.invalid("Cannot specify ?stale with ?consistent, conflicting semantics.");
        }
        for (var name : ENTERPRISE) {
            var value = query.text(name);
            if (value.isPresent() && !value.get().equals("default")) {
                throw Refused.invalid("Invalid query parameter: \"" + name + "\" - "
                        + (name.equals("ns") ? "Namespaces are" : "Partitions are")
                        + " a Consul Enterprise feature");
            }
        }
        var datacenter = query.text("dc");
        if (datacenter.isPresent() && !datacenter.get().equals(catalog.datacenter())) {
            throw new Refused(Refused.Kind.UNAVAILABLE, "No path to datacenter");
        }
        for (var name : List.of("node-meta", "peer", "sg")) {
            refuse(request, name);
        }
    }
}
