package dev.steppe.api.nomad;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.World;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Reply;
import dev.steppe.api.http.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A world whose Nomad dialect is served on loopback while a test runs. */
abstract class ServedWorld {
    private static final AgentIdentity AGENT = new AgentIdentity("alpha", "dc1", "0.1.0", true, true, false);

    @TempDir
    Path directory;

    final World world = new World();
    private Optional<HttpServer> running = Optional.empty();

    @BeforeEach
    void serve() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        running = Optional.of(HttpServer.start(
                HttpServer.Setup.of("http", List.of(address), Dialect.NOMAD, router(), Gate.accessControlOff())));
    }

    @AfterEach
    void stop() {
        running.ifPresent(HttpServer::close);
        world.close();
    }

    Router router() {
        return NomadDialect.router(
                AGENT,
                world,
                new LiveCatalog(world, "dc1"),
                Optional.of(new DirectoryNode(directory)),
                world.observation());
    }

    InetSocketAddress address() {
        return running.orElseThrow().addresses().getFirst();
    }

    Reply ask(String method, String path, String body) throws IOException {
        return Reply.ask(address(), method, path, body);
    }
}
