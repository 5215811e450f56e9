package dev.steppe.api;

import dev.steppe.api.http.Method;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.Map;
import java.util.Optional;

/**
 * Which region a request is for: the one its query names, else the one that a job in it names. In Consul's dialect a
 * datacenter of another region leads there.
 */
record RegionOfRequest(OtherRegions regions, String datacenter) {
    /** In a job this is another word for the region that is asked. */
    private static final String ANY = "global";

    /** Empty for this one; refused for one that nobody knows. */
    Optional<OtherRegions.Far> far(Request request) throws Refused {
        var asked = request.query().text("region");
        if (asked.isPresent()) {
            return named(asked.get());
        }
        var wanted = request.query().text("dc").filter(it -> !it.equals(datacenter));
        if (wanted.isPresent()) {
            return regions.withDatacenter(wanted.get());
        }
        var ofJob = ofJob(request).filter(it -> !it.isEmpty() && !it.equals(ANY));
        return ofJob.isEmpty() ? Optional.empty() : named(ofJob.get());
    }

    private Optional<OtherRegions.Far> named(String region) throws Refused {
        if (region.equals(regions.own())) {
            return Optional.empty();
        }
        var found = regions.find(region);
        if (found.isEmpty()) {
            throw new Refused(Refused.Kind.UNAVAILABLE, OtherRegions.unknown(region, regions.names()));
        }
        return found;
    }

    private static Optional<String> ofJob(Request request) {
        boolean writes = request.method() == Method.PUT || request.method() == Method.POST;
        if (!writes || !request.path().startsWith("/v1/job") || request.body().size() == 0) {
            return Optional.empty();
        }
        try {
            return Codec.fromJson(Object.class, request.body().toArray()) instanceof Map<?, ?> body
                            && body.get("Job") instanceof Map<?, ?> job
                            && job.get("Region") instanceof String region
                    ? Optional.of(region)
                    : Optional.empty();
        } catch (CodecException unreadable) {
            // whoever handles it says what is wrong
            return Optional.empty();
        }
    }
}
