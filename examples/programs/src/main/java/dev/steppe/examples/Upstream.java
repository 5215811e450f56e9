package dev.steppe.examples;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Another service, reached over plain HTTP on an address that whoever started the program gave it. Holds no connection;
 * safe for use from any thread.
 */
record Upstream(String name, URI address) {
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int READ_TIMEOUT_MILLIS = 5_000;

    /** The address the scheduler gives to a task for an upstream, else the one it has by convention. */
    static Upstream named(String name, String conventional) {
        String given = System.getenv("NOMAD_UPSTREAM_ADDR_" + name.replace('-', '_'));
        return new Upstream(name, URI.create("http://" + (given == null ? conventional : given)));
    }

    /** The body of a GET. Everything but status 200 is an exception that tells which service refused, and where. */
    String get(String path) throws IOException {
        try (InputStream body = open(path)) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException refused) {
            throw explained(refused);
        }
    }

    /** The body of a GET, to be read while it arrives. */
    InputStream open(String path) throws IOException {
        try {
            var connection = (HttpURLConnection) address.resolve(path).toURL().openConnection();
            connection.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
            connection.setReadTimeout(READ_TIMEOUT_MILLIS);
            if (connection.getResponseCode() != 200) {
                throw new IOException("status " + connection.getResponseCode());
            }
            return connection.getInputStream();
        } catch (IOException refused) {
            throw explained(refused);
        }
    }

    private IOException explained(IOException refused) {
        String start = name + " refused at " + address.getAuthority() + ": ";
        String message = String.valueOf(refused.getMessage());
        return message.startsWith(start) ? refused : new IOException(start + message, refused);
    }
}
