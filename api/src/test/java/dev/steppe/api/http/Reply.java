package dev.steppe.api.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A response as a client sees it, read from a socket. */
public record Reply(int status, Map<String, String> headers, byte[] body) {
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Sends one request on a connection of its own and reads the whole answer. */
    public static Reply ask(InetSocketAddress server, String method, String path, String body) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(server);
            socket.setSoTimeout(10_000);
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            var head = method + " " + path + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + bytes.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(bytes);
            return read(new BufferedInputStream(socket.getInputStream()));
        }
    }

    public static Reply read(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).split(" ")[1]);
        var headers = new LinkedHashMap<String, String>();
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        var length = headers.get("content-length");
        var body = length == null ? chunks(in) : in.readNBytes(Integer.parseInt(length));
        return new Reply(status, headers, body);
    }

    public static byte[] chunk(InputStream in) throws IOException {
        int size = Integer.parseInt(line(in), 16);
        var chunk = in.readNBytes(size);
        line(in);
        return chunk;
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        for (var next = chunk(in); next.length > 0; next = chunk(in)) {
            all.write(next);
        }
        return all.toByteArray();
    }

    public static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended after: " + text);
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }
}
