package dev.steppe.client.check;

import dev.steppe.client.check.Probe.Health;
import dev.steppe.client.check.Probe.Result;
import dev.steppe.client.check.Probe.Target;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** One HTTP request: 2xx passes, 429 warns, the rest is critical. The beginning of the body is kept for people to read. */
final class HttpProbe {
    private static final int HEAD_MAX = 32 * 1024;
    private static final int BODY_MAX = 3 * 1024;
    private static final int TOO_MANY_REQUESTS = 429;

    private final Target target;
    private final long deadlineNanos;

    HttpProbe(Target target, long deadlineNanos) {
        this.target = target;
        this.deadlineNanos = deadlineNanos;
    }

    Result ask(Socket plain) throws IOException {
        var check = target.check();
        boolean secure = check.protocol().equals("https");
        var method = check.method().isEmpty() ? "GET" : check.method();
        try (var socket = secure ? ProbeTls.around(plain, target, List.of("http/1.1")) : plain) {
            socket.getOutputStream().write(request(method));
            socket.getOutputStream().flush();
            var input = new BufferedInputStream(socket.getInputStream());
            var line = line(input, socket);
            var words = line.split(" ", 3);
            if (words.length < 2 || !words[0].startsWith("HTTP/") || !words[1].matches("\\d{3}")) {
                return Result.critical("the answer is not HTTP" + (line.isEmpty() ? ": it is empty" : ""));
            }
            int status = Integer.parseInt(words[1]);
            var health =
                    status / 100 == 2 ? Health.PASSING : status == TOO_MANY_REQUESTS ? Health.WARNING : Health.CRITICAL;
            var url = (secure ? "https://" : "http://") + target.place() + check.path();
            return new Result(
                    health,
                    "HTTP " + method + " " + url + ": " + line.substring(words[0].length() + 1) + " Output: "
                            + body(input, socket),
                    status);
        }
    }

    private byte[] request(String method) {
        var check = target.check();
        var head = new StringBuilder(method + " " + check.path() + " HTTP/1.1\r\n");
        var named = check.header().keySet().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        if (!named.contains("host")) {
            head.append("Host: ").append(target.place()).append("\r\n");
        }
        if (!named.contains("user-agent")) {
            head.append("User-Agent: steppe-check\r\n");
        }
        if (!named.contains("accept")) {
            head.append("Accept: text/plain, text/*, */*\r\n");
        }
        head.append("Connection: close\r\n");
        check.header()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        byte[] body = check.body().getBytes(StandardCharsets.UTF_8);
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        var request = new ByteArrayOutputStream();
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** The head counts whole, so that one that answers byte by byte does not hold the check for ever. */
    private String line(InputStream input, Socket socket) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = next(input, socket); next >= 0 && next != '\n'; next = next(input, socket)) {
            line.write(next);
            if (line.size() > HEAD_MAX) {
                throw new IOException("a line of the answer is longer than " + HEAD_MAX + " bytes");
            }
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    private int next(InputStream input, Socket socket) throws IOException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout(Math.toIntExact(Math.max(1, left / 1_000_000)));
        return input.read();
    }

    /** The beginning of the body; the status alone decides, so a body that does not end in time is cut. */
    private String body(InputStream input, Socket socket) throws IOException {
        boolean chunked = false;
        for (var line = line(input, socket); !line.isEmpty(); line = line(input, socket)) {
            var lower = line.toLowerCase(Locale.ROOT);
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        var body = new ByteArrayOutputStream();
        try {
            int left = chunked ? chunk(input, socket) : BODY_MAX;
            while (left > 0 && body.size() < BODY_MAX) {
                int next = next(input, socket);
                if (next < 0) {
                    break;
                }
                body.write(next);
                if (--left == 0 && chunked) {
                    line(input, socket);
                    left = chunk(input, socket);
                }
            }
        } catch (IOException | NumberFormatException cut) {
            return body.toString(StandardCharsets.UTF_8);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private int chunk(InputStream input, Socket socket) throws IOException {
        var size = line(input, socket);
        return Integer.parseInt(size.split(";", 2)[0].trim(), 16);
    }
}
