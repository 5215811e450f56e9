package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.Root;
import dev.steppe.security.certificate.TrustBundle;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** The certificate authority as everybody may see it: its roots and settings, never a key. */
final class AuthorityRoutes {
    /** Clients read the serial number as an unsigned number of 64 bits; ours are longer, so it is their low end. */
    private static final BigInteger SERIAL_MASK =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    private final Reads reads;

    AuthorityRoutes(Reads reads) {
        this.reads = reads;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/connect/ca/roots", Right.ANYONE, this::roots),
                Route.get("/v1/agent/connect/ca/roots", Right.ANYONE, this::roots),
                Route.get("/v1/connect/ca/configuration", Right.READ_OPERATOR, this::configuration));
    }

    private static Optional<TrustBundle> bundle(Snapshot snapshot) {
        return snapshot.activeRoot().map(active -> TrustBundle.of(snapshot.roots()));
    }

    private Answer roots(Request request) throws Refused, IOException, InterruptedException {
        if (request.query().flag("pem")) {
            var pem = bundle(reads.region().snapshot()).map(TrustBundle::pem).orElse("");
            return new Response(200, Headers.of("Content-Type", "application/pem-certificate-chain"), Bytes.utf8(pem));
        }
        return reads.ofState(
                request,
                snapshot -> {
                    var bundle = bundle(snapshot);
                    var reply = Shapes.fields();
                    reply.put("ActiveRootID", bundle.map(it -> it.active().id()).orElse(""));
                    reply.put(
                            "TrustDomain",
                            bundle.map(it -> it.trustDomain().name()).orElse(""));
                    long index = snapshot.index(Table.ROOTS);
                    reply.put(
                            "Roots",
                            bundle.map(TrustBundle::roots).orElse(List.of()).stream()
                                    .map(root -> root(root, index))
                                    .toList());
                    return reply;
                },
                Table.ROOTS);
    }

    private static Object root(Root root, long index) {
        var key = root.certificate().getPublicKey();
        var shape = Shapes.fields();
        shape.put("ID", root.id());
        shape.put("Name", root.name());
        shape.put("SerialNumber", root.certificate().getSerialNumber().and(SERIAL_MASK));
        shape.put("SigningKeyID", root.signingKeyId());
        shape.put("NotBefore", root.notBefore().toString());
        shape.put("NotAfter", root.notAfter().toString());
        shape.put("RootCert", root.certificatePem());
        shape.put("IntermediateCerts", root.intermediatesPem());
        shape.put("Active", root.active());
        shape.put("PrivateKeyType", key.getAlgorithm().toLowerCase(java.util.Locale.ROOT));
        shape.put(
                "PrivateKeyBits",
                key instanceof java.security.interfaces.ECKey ec
                        ? ec.getParams().getOrder().bitLength()
                        : 0);
        shape.put("CreateIndex", index);
        shape.put("ModifyIndex", index);
        return shape;
    }

    private Answer configuration(Request request) throws Refused, IOException, InterruptedException {
        var settings = AuthoritySettings.standard();
        return reads.ofState(
                request,
                snapshot -> {
                    var config = Shapes.fields();
                    config.put("LeafCertTTL", GoDuration.format(settings.leafTtl()));
                    config.put("RootCertTTL", GoDuration.format(settings.rootTtl()));
                    var reply = Shapes.fields();
                    reply.put("Provider", "consul");
                    reply.put("Config", config);
                    reply.put("State", Optional.empty());
                    reply.put("ForceWithoutCrossSigning", false);
                    reply.put("CreateIndex", snapshot.index(Table.ROOTS));
                    reply.put("ModifyIndex", snapshot.index(Table.ROOTS));
                    return reply;
                },
                Table.ROOTS);
    }
}
