package dev.steppe.client.check;

import dev.steppe.io.linux.NamespaceThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Checks over TCP and HTTP/1.1, from a socket opened inside the allocation's network namespace: what listens on the
 * allocation's loopback only is reached all the same. Of an HTTP answer only the status line is read; any 2xx passes.
 */
public final class SocketProbe implements Probe {
    private static final int STATUS_LINE_MAX = 4_096;

    private final NamespaceThread namespaces;

    public SocketProbe(NamespaceThread namespaces) {
        this.namespaces = namespaces;
    }

    @Override
    public Result ask(Target target) throws InterruptedException {
        String what = target.check().type() + " " + target.address() + ":" + target.port();
        try (Socket socket = open(target)) {
            int timeoutMillis = Math.toIntExact(Math.max(1, target.timeout().toMillis()));
            socket.connect(new InetSocketAddress(target.address(), target.port()), timeoutMillis);
            if (target.check().type().equals("tcp")) {
                return new Result(true, "TCP connect " + target.address() + ":" + target.port() + ": Success", 0);
            }
            socket.setSoTimeout(timeoutMillis);
            return http(socket, target);
        } catch (IOException failed) {
            return new Result(false, what + ": " + failed.getMessage(), 0);
        }
    }

    private Socket open(Target target) throws IOException, InterruptedException {
        if (target.namespace().isEmpty()) {
            return new Socket();
        }
        // A bound socket has its descriptor, and so belongs to the namespace of the thread that bound it.
        return namespaces.call(NamespaceThread.Entry.network(target.namespace().get()), () -> {
            var socket = new Socket();
            socket.bind(new InetSocketAddress("0.0.0.0", 0));
            return socket;
        });
    }

    private static Result http(Socket socket, Target target) throws IOException {
        var check = target.check();
        var request = new StringBuilder()
                .append(check.method().isEmpty() ? "GET" : check.method())
                .append(' ')
                .append(check.path())
                .append(" HTTP/1.1\r\nHost: ")
                .append(target.address())
                .append(':')
                .append(target.port())
                .append("\r\nUser-Agent: steppe-check\r\nAccept: */*\r\nConnection: close\r\n");
        for (Map.Entry<String, List<String>> header : check.header().entrySet()) {
            header.getValue()
                    .forEach(value -> request.append(header.getKey())
                            .append(": ")
                            .append(value)
                            .append("\r\n"));
        }
        byte[] body = check.body().getBytes(StandardCharsets.UTF_8);
        if (body.length > 0) {
            request.append("Content-Length: ").append(body.length).append("\r\n");
        }
        var out = socket.getOutputStream();
        out.write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        out.write(body);
        out.flush();
        var in = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), STATUS_LINE_MAX);
        String line = in.readLine();
        String[] parts = line == null ? new String[0] : line.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/") || !parts[1].matches("\\d{3}")) {
            return new Result(false, "the answer is not HTTP" + (line == null ? ": it is empty" : ""), 0);
        }
        int status = Integer.parseInt(parts[1]);
        boolean passing = status >= 200 && status < 300;
        return new Result(passing, "HTTP " + check.path() + ": " + line.substring(parts[0].length() + 1), status);
    }
}
