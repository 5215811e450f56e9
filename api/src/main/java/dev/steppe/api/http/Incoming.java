package dev.steppe.api.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Optional;

/** A request as it came over a connection: its head, and its body in memory or while it comes. */
record Incoming(HttpRequest head, Bytes body, Optional<BodyStream> stream) {

    /** Copies the request and lets go of it. */
    static Incoming whole(FullHttpRequest request) {
        try {
            var head = new DefaultHttpRequest(
                    request.protocolVersion(), request.method(), request.uri(), request.headers());
            head.setDecoderResult(request.decoderResult());
            var content = request.content();
            return new Incoming(
                    head,
                    content.isReadable() ? Bytes.wrap(ByteBufUtil.getBytes(content)) : Bytes.empty(),
                    Optional.empty());
        } finally {
            request.release();
        }
    }

    static Incoming begun(StreamedBodies.Begun begun) {
        return new Incoming(begun.head(), Bytes.empty(), Optional.of(begun.body()));
    }
}
