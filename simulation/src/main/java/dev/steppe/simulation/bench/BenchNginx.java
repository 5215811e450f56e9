package dev.steppe.simulation.bench;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Leaf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An nginx of its own directory, as origin or as a stream proxy. Ends with {@link #close()}. */
final class BenchNginx implements AutoCloseable {
    private static final Path NGINX = Path.of("/usr/sbin/nginx");
    private static final Path STREAM = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Process process;

    private BenchNginx(Path directory, Address address, String configuration) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("nginx.conf"), configuration);
        this.process = new ProcessBuilder(
                        NGINX.toString(),
                        "-p",
                        directory.toString(),
                        "-e",
                        directory.resolve("error.log").toString(),
                        "-c",
                        directory.resolve("nginx.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.log").toFile())
                .start();
        awaitListening(directory, address);
    }

    static boolean isInstalled() {
        return Files.isExecutable(NGINX);
    }

    static boolean hasStream() {
        return Files.exists(STREAM);
    }

    /** Answers /1k with 1 KiB from memory. */
    static BenchNginx origin(Path directory, Address address) throws IOException {
        return new BenchNginx(
                directory,
                address,
                common(directory)
                        + "http { access_log off; keepalive_requests 1000000000; server { listen " + address
                        + " backlog=1024; location /1k { return 200 '" + "x".repeat(1_024) + "'; } } }\n");
    }

    /** One of two hops; the caller's side shows its certificate, the other one demands it. */
    static BenchNginx stream(Path directory, Leaf leaf, String rootPem, Address listen, Address target, boolean caller)
            throws IOException {
        Files.createDirectories(directory);
        var certificate = Files.writeString(directory.resolve("leaf.pem"), leaf.certificateChainPem());
        var key = Files.writeString(
                directory.resolve("key.pem"), leaf.privateKey().reveal());
        var root = Files.writeString(directory.resolve("root.pem"), rootPem);
        String hop = caller
                ? "listen " + listen + " backlog=1024; proxy_pass " + target
                        + "; proxy_ssl on; proxy_ssl_protocols TLSv1.3;"
                        + " proxy_ssl_certificate " + certificate + "; proxy_ssl_certificate_key " + key
                        + "; proxy_ssl_trusted_certificate " + root + ";"
                : "listen " + listen + " ssl backlog=1024; proxy_pass " + target + "; ssl_protocols TLSv1.3;"
                        + " ssl_certificate " + certificate + "; ssl_certificate_key " + key
                        + "; ssl_client_certificate " + root + "; ssl_verify_client on;";
        return new BenchNginx(
                directory,
                listen,
                "load_module " + STREAM + ";\n" + common(directory) + "stream { access_log off; server { " + hop
                        + " } }\n");
    }

    private static String common(Path directory) {
        return "daemon off; worker_processes auto; pid " + directory.resolve("pid") + "; error_log "
                + directory.resolve("error.log")
                + " crit; worker_rlimit_nofile 16384; events { worker_connections 8192; }\n";
    }

    private void awaitListening(Path directory, Address address) throws IOException {
        long deadline = System.nanoTime() + START_NANOS;
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(address.ip(), address.port()), 1_000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(
                            "nginx does not listen: " + Files.readString(directory.resolve("output.log")), notYet);
                }
                Thread.onSpinWait();
            }
        }
    }

    /** Master and workers. */
    List<Long> processes() {
        var all = new ArrayList<>(List.of(process.pid()));
        process.descendants().forEach(worker -> all.add(worker.pid()));
        return all;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
