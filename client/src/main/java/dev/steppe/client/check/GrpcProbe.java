package dev.steppe.client.check;

import dev.steppe.client.check.Probe.Result;
import dev.steppe.client.check.Probe.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One call of the gRPC health service ({@code grpc.health.v1.Health/Check}): SERVING passes. HTTP/2 is Netty's, run without
 * a network of its own over the check's socket.
 */
final class GrpcProbe {
    private static final String METHOD = "/grpc.health.v1.Health/Check";
    private static final int READ_BYTES = 16 * 1024;
    private static final int ANSWER_MAX = 64 * 1024;
    private static final int PREFIX_BYTES = 5;
    private static final int FIELD_ONE_BYTES = 0x0a;
    private static final int FIELD_ONE_NUMBER = 0x08;
    private static final List<String> STATES = List.of("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN");
    /** What the numbers of failures mean, from 0 on. */
    private static final List<String> CODES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private static final int SERVING = 1;

    private final Target target;
    private final long deadlineNanos;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private String httpStatus = "";
    private String grpcStatus = "";
    private String grpcMessage = "";
    private boolean ended;

    GrpcProbe(Target target, long deadlineNanos) {
        this.target = target;
        this.deadlineNanos = deadlineNanos;
    }

    Result ask(Socket plain) throws IOException {
        boolean secure = target.check().grpcUseTls();
        var streams = new Streams();
        var codec = new EmbeddedChannel(Http2FrameCodecBuilder.forClient().build(), streams);
        try (var socket = secure ? ProbeTls.around(plain, target, List.of("h2")) : plain) {
            call(codec, streams.newStream(), secure);
            while (!ended) {
                flush(codec, socket);
                receive(codec, socket);
            }
            flush(codec, socket);
            return result();
        } catch (SocketException hungUp) {
            throw new IOException(hungUpText(), hungUp);
        } finally {
            codec.finishAndReleaseAll();
        }
    }

    /** However the other end goes away, what to look for is the same. */
    private String hungUpText() {
        return "the connection was closed before the answer; " + hint();
    }

    private String hint() {
        return "is it a gRPC server" + (target.check().grpcUseTls() ? "" : " without TLS") + "?";
    }

    /** Makes the streams of a connection. */
    private static final class Streams extends Http2ChannelDuplexHandler {}

    private void call(EmbeddedChannel codec, Http2FrameStream stream, boolean secure) {
        var headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme(secure ? "https" : "http")
                .path(METHOD)
                .authority(target.place())
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add("user-agent", "steppe-check");
        codec.writeOutbound(new DefaultHttp2HeadersFrame(headers).stream(stream));
        codec.writeOutbound(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(message()), true).stream(stream));
    }

    /** The request: one field, the name of the service; framed as not compressed, with its length. */
    private byte[] message() {
        var service = target.check().grpcService().getBytes(StandardCharsets.UTF_8);
        var field = Unpooled.buffer();
        if (service.length > 0) {
            field.writeByte(FIELD_ONE_BYTES);
            int length = service.length;
            for (; length > 0x7f; length >>>= 7) {
                field.writeByte((length & 0x7f) | 0x80);
            }
            field.writeByte(length).writeBytes(service);
        }
        var framed =
                Unpooled.buffer().writeByte(0).writeInt(field.readableBytes()).writeBytes(field);
        return ByteBufUtil.getBytes(framed);
    }

    private static void flush(EmbeddedChannel codec, Socket socket) throws IOException {
        codec.flushOutbound();
        for (ByteBuf bytes = codec.readOutbound(); bytes != null; bytes = codec.readOutbound()) {
            try {
                socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
            } finally {
                bytes.release();
            }
        }
        socket.getOutputStream().flush();
    }

    private void receive(EmbeddedChannel codec, Socket socket) throws IOException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout(Math.toIntExact(Math.max(1, left / 1_000_000)));
        var buffer = new byte[READ_BYTES];
        int count = socket.getInputStream().read(buffer);
        if (count < 0) {
            throw new IOException(hungUpText());
        }
        take(codec, Unpooled.wrappedBuffer(buffer, 0, count));
        for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
            try {
                take(frame);
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }
    }

    /** The codec throws what it finds wrong although it does not say so. */
    private void take(EmbeddedChannel codec, ByteBuf received) throws IOException {
        try {
            codec.writeInbound(received);
        } catch (Exception wrong) {
            throw new IOException("the answer is not HTTP/2 (" + wrong.getMessage() + "): " + hint(), wrong);
        }
    }

    private void take(Object frame) throws IOException {
        switch (frame) {
            case Http2HeadersFrame headers -> {
                httpStatus = text(headers, ":status", httpStatus);
                grpcStatus = text(headers, "grpc-status", grpcStatus);
                grpcMessage = text(headers, "grpc-message", grpcMessage);
                ended |= headers.isEndStream();
            }
            case Http2DataFrame data -> {
                answer.writeBytes(ByteBufUtil.getBytes(data.content()));
                if (answer.size() > ANSWER_MAX) {
                    throw new IOException("the answer is larger than " + ANSWER_MAX + " bytes");
                }
                ended |= data.isEndStream();
            }
            case Http2ResetFrame reset -> throw new IOException("the server reset the call, code " + reset.errorCode());
            case Http2GoAwayFrame away -> throw new IOException("the server goes away, code " + away.errorCode());
            default -> {
                // settings and pings are answered by the codec
            }
        }
    }

    private static String text(Http2HeadersFrame frame, String name, String before) {
        var value = frame.headers().get(name);
        return value == null ? before : value.toString();
    }

    private Result result() {
        var what = "gRPC check " + target.place()
                + (target.check().grpcService().isEmpty()
                        ? ""
                        : "/" + target.check().grpcService());
        if (!httpStatus.equals("200")) {
            return Result.critical(what + ": not a gRPC answer, HTTP status " + httpStatus);
        }
        if (!grpcStatus.isEmpty() && !grpcStatus.equals("0")) {
            return Result.critical(what + ": failed with gRPC code " + named(grpcStatus)
                    + (grpcMessage.isEmpty() ? "" : ": " + grpcMessage));
        }
        int state = state(answer.toByteArray());
        var word = state < STATES.size() ? STATES.get(state) : Integer.toString(state);
        return state == SERVING ? Result.passing(what + ": success") : Result.critical(what + ": status is " + word);
    }

    private static String named(String code) {
        return code.matches("[0-9]{1,2}") && Integer.parseInt(code) < CODES.size()
                ? code + " (" + CODES.get(Integer.parseInt(code)) + ")"
                : code;
    }

    /** The only field of the answer; a field that is not there is 0. */
    private static int state(byte[] framed) {
        return framed.length >= PREFIX_BYTES + 2 && framed[PREFIX_BYTES] == FIELD_ONE_NUMBER
                ? framed[PREFIX_BYTES + 1]
                : 0;
    }
}
