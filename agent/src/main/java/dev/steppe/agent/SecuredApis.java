package dev.steppe.agent;

import dev.steppe.agent.configuration.ApiCertificates;
import dev.steppe.agent.configuration.ApiCertificates.Served;
import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Ports;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.SecureListener;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Where the APIs are served over TLS: Nomad's instead of plain HTTP, Consul's on a port of its own. */
final class SecuredApis {
    private final AgentOptions options;
    private final OwnCertificates certificates;
    private final AgentNames names;

    SecuredApis(AgentOptions options, OwnCertificates certificates) {
        this.options = options;
        this.certificates = certificates;
        this.names = new AgentNames(options.configuration().region(), options.datacenter(), false);
    }

    /** Where Nomad's API is served without. */
    static List<InetSocketAddress> plainOfNomad(AgentOptions options) {
        return options.configuration().api().certificates().nomad().isPresent()
                ? List.of()
                : EdgePart.sockets(options.addresses().nomad(), options.nomadPort());
    }

    /** Where Consul's API is served without. */
    static List<InetSocketAddress> plainOfConsul(AgentOptions options) {
        return options.consulPort() == Ports.NONE
                ? List.of()
                : EdgePart.sockets(options.addresses().consul(), options.consulPort());
    }

    HttpServer.Setup nomad(HttpServer.Setup setup) throws IOException {
        return secured(
                setup,
                "of the Nomad API",
                ApiCertificates::nomad,
                EdgePart.sockets(options.addresses().nomad(), options.nomadPort()));
    }

    HttpServer.Setup consul(HttpServer.Setup setup) throws IOException {
        int port = options.ports().consulTls();
        return port == Ports.NONE
                ? setup
                : secured(
                        setup,
                        "of the Consul API",
                        ApiCertificates::consul,
                        EdgePart.sockets(options.addresses().consulTls(), port));
    }

    private HttpServer.Setup secured(
            HttpServer.Setup setup,
            String what,
            Function<ApiCertificates, Optional<Served>> which,
            List<InetSocketAddress> addresses)
            throws IOException {
        var served = which.apply(options.configuration().api().certificates());
        if (served.isEmpty()) {
            return setup;
        }
        var tls = certificates.read(
                new OwnCertificates.Purpose(what, names, Optional.empty()),
                served.get().files(),
                (Configuration newer) -> which.apply(newer.api().certificates()).map(Served::files));
        var context = TlsContexts.serving(
                tls, served.get().asksCallers(), served.get().newestOnly());
        return setup.withSecure(
                new SecureListener(addresses, context, served.get().handshakeWithin()));
    }
}
