package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.BlockingRead;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.ShownToken;
import dev.steppe.api.http.WaitTerms;
import dev.steppe.client.mesh.NativeIdentities;
import dev.steppe.security.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Certificate and key of a service, for the tasks of this node that have it and speak the mesh's protocol themselves. They
 * show the token that the node gave their allocation.
 */
final class LeafRoutes {
    private static final Duration FIRST_WITHIN = Duration.ofSeconds(30);

    private final Optional<NativeIdentities> natives;

    LeafRoutes(Optional<NativeIdentities> natives) {
        this.natives = natives;
    }

    List<Route> routes() {
        return List.of(Route.get("/v1/agent/connect/ca/leaf/{service}", Right.ANYONE, this::leaf)
                .here());
    }

    private Answer leaf(Request request) throws Refused, IOException, InterruptedException {
        var identities = natives.orElseThrow(() -> Refused.unsupported(
                "this agent is no node: services ask the agent of the node they run on for their certificates"));
        String service = request.name("service");
        String token = token(request);
        long seen = identities.index();
        if (identities.find(service, token) instanceof NativeIdentities.Awaited) {
            return new Answer.Waiting(watch(identities, seen), FIRST_WITHIN, over -> {
                if (over) {
                    given(identities.find(service, token), service);
                }
                return leaf(request);
            });
        }
        BlockingRead read = () -> {
            long newest = identities.index();
            var given = given(identities.find(service, token), service);
            return new BlockingRead.Reading(
                    given.index(),
                    watch(identities, newest),
                    () -> Dialect.CONSUL.stamp(
                            shape(given), new Dialect.ReadState(given.index(), true, Duration.ZERO)));
        };
        return read.under(WaitTerms.of(request.query(), Dialect.CONSUL, ThreadLocalRandom.current()));
    }

    private static Answer.Watch watch(NativeIdentities identities, long seen) {
        return changed -> {
            var cancel = identities.onChange(seen, changed);
            return cancel::run;
        };
    }

    private static String token(Request request) {
        return ShownToken.of(request).map(Secret::revealText).orElse("");
    }

    private static NativeIdentities.Given given(NativeIdentities.Found found, String service) throws Refused {
        return switch (found) {
            case NativeIdentities.Given given -> given;
            case NativeIdentities.Awaited awaited ->
                throw new Refused(
                        Refused.Kind.UNAVAILABLE,
                        "the servers have not signed a certificate for service \"" + service + "\" yet; ask again");
            case NativeIdentities.Denied denied ->
                throw new Refused(
                        Refused.Kind.FORBIDDEN,
                        "Permission denied: the certificate of service \"" + service
                                + "\" is for tasks on this node that have it with connect { native = true }; they show"
                                + " the token in their CONSUL_HTTP_TOKEN");
        };
    }

    private static Response shape(NativeIdentities.Given given) {
        var leaf = given.credential().leaf();
        var shape = Shapes.fields();
        shape.put("SerialNumber", leaf.serialNumber());
        shape.put("CertPEM", leaf.pem());
        shape.put("PrivateKeyPEM", given.credential().key().reveal());
        shape.put("Service", given.plan().service());
        shape.put("ServiceURI", given.plan().identity().uri());
        shape.put("ValidAfter", leaf.notBefore().toString());
        shape.put("ValidBefore", leaf.notAfter().toString());
        shape.put("CreateIndex", given.index());
        shape.put("ModifyIndex", given.index());
        return Reads.json(shape);
    }
}
