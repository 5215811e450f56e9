package dev.steppe.api.http;

/** A whole answer: status, headers, body. */
public record Response(int status, Headers headers, Bytes body) implements Answer {
    private static final String JSON = "application/json";

    public Response {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("not a final HTTP status: " + status);
        }
    }

    /** 200 with a JSON document; {@code ?pretty} is applied by the server. */
    public static Response json(Bytes document) {
        return json(200, document);
    }

    public static Response json(int status, Bytes document) {
        return new Response(status, Headers.of("Content-Type", JSON), document);
    }

    /** A status with a line of text. */
    public static Response text(int status, String text) {
        return new Response(status, Headers.of("Content-Type", "text/plain; charset=utf-8"), Bytes.utf8(text));
    }

    /** 200 with nothing. */
    public static Response empty() {
        return new Response(200, Headers.none(), Bytes.empty());
    }

    /** This response with the header in place of all of the same name. */
    public Response with(String header, String value) {
        return new Response(status, headers.with(header, value), body);
    }

    boolean isJson() {
        return headers.first("Content-Type").filter(JSON::equals).isPresent();
    }
}
