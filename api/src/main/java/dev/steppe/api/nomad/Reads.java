package dev.steppe.api.nomad;

import dev.steppe.api.OtherRegions;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.BlockingRead;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.WaitTerms;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.codec.Codec;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Answers reads of the state: blocking when asked, with index and freshness headers. */
record Reads(Region region) {

    /** Something read from one snapshot. The document is made only when the answer is due. */
    record Result(long index, Document document) {}

    /** Makes the document to be written as JSON. */
    @FunctionalInterface
    interface Document {
        Object make() throws Refused;
    }

    /** A look at a snapshot. */
    @FunctionalInterface
    interface View {
        Result of(Snapshot snapshot) throws Refused;
    }

    /** A list: its index is that of the tables it is made from. */
    @FunctionalInterface
    interface ListView {
        Listing.Page<?> of(Snapshot snapshot, Listing listing) throws Refused;
    }

    /** One thing, found or not. */
    @FunctionalInterface
    interface OneView<T> {
        Optional<T> of(Snapshot snapshot) throws Refused;
    }

    /** The answer to a read that looks at these tables. */
    Answer answer(Request request, View view, Table... tables) throws Refused, IOException, InterruptedException {
        checkRegion(request);
        BlockingRead read = () -> {
            var snapshot = region.snapshot();
            var result = view.of(snapshot);
            return new BlockingRead.Reading(
                    result.index(),
                    region.changeAfter(snapshot.index(tables), tables),
                    () -> response(result.document().make(), result.index()));
        };
        return read.under(WaitTerms.of(request.query(), Dialect.NOMAD, ThreadLocalRandom.current()));
    }

    /** The answer to a list. */
    Answer list(Request request, ListView view, Table... tables) throws Refused, IOException, InterruptedException {
        checkRegion(request);
        var listing = Listing.of(request);
        BlockingRead read = () -> {
            var snapshot = region.snapshot();
            long index = snapshot.index(tables);
            return new BlockingRead.Reading(index, region.changeAfter(index, tables), () -> {
                var page = view.of(snapshot, listing);
                var response = response(page.items(), index);
                return page.next()
                        .map(next -> response.with("X-Nomad-NextToken", next))
                        .orElse(response);
            });
        };
        return read.under(WaitTerms.of(request.query(), Dialect.NOMAD, ThreadLocalRandom.current()));
    }

    /** JSON with the headers of a read. */
    Response response(Object document, long index) {
        return Dialect.NOMAD.stamp(json(document), stateAt(index));
    }

    /** JSON with the index of a write. */
    Response written(Object document, long index) {
        return json(document).with("X-Nomad-Index", Long.toString(index));
    }

    /** The answer to a write of a job. */
    Response written(Region.JobWritten written) {
        var fresh = region.freshness();
        var reply = new Shapes.JobWrittenReply(
                written.evaluation().map(EvaluationId::value).orElse(""),
                written.evaluation().isPresent() ? written.index() : 0,
                written.jobModifyIndex(),
                String.join("\n", written.warnings()),
                written.index(),
                fresh.knownLeader(),
                fresh.lastContact().toNanos());
        return written(reply, written.index());
    }

    private Dialect.ReadState stateAt(long index) {
        var fresh = region.freshness();
        return new Dialect.ReadState(index, fresh.knownLeader(), fresh.lastContact());
    }

    /** A request for another region is refused in the known words. */
    void checkRegion(Request request) throws Refused {
        var asked = request.query().text("region");
        if (asked.isPresent() && !asked.get().equals(region.name())) {
            throw new Refused(Refused.Kind.UNAVAILABLE, OtherRegions.unknown(asked.get(), region.regions()));
        }
    }

    static Response json(Object document) {
        return Response.json(Bytes.wrap(Codec.toJsonBytes(document, false)));
    }
}
