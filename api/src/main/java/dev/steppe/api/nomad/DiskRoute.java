package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** The data of an allocation as an archive, for the node that runs the one in its place. */
final class DiskRoute {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Region region;
    private final Optional<LocalNode> node;

    DiskRoute(Region region, Optional<LocalNode> node) {
        this.region = region;
        this.node = node;
    }

    Route route() {
        return Route.get("/v1/client/allocation/{id}/snapshot", Right.HAND_OVER, this::snapshot);
    }

    private Answer snapshot(Request request) throws Refused {
        var allocation = Here.allocation(region, node, request);
        if (!allocation.client().status().isTerminal()) {
            return Response.text(409, "allocation " + allocation.id() + " has not ended yet, and may still write");
        }
        var here = Here.node(node, allocation);
        var disk = here.diskOf(allocation.id())
                .orElseThrow(() -> Refused.notFound("the directory of allocation " + allocation.id()
                        + " is not on node " + allocation.nodeName() + " any more"));
        return new Answer.Streamed(200, Headers.of("Content-Type", "application/x-tar"), sink -> {
            var out = new BufferedOutputStream(new SinkStream(sink), CHUNK_BYTES);
            disk.write(out);
            out.flush();
            here.handedOver(allocation.id());
        });
    }

    /** Bytes for a sink. */
    private static final class SinkStream extends OutputStream {
        private final Answer.Sink sink;

        SinkStream(Answer.Sink sink) {
            this.sink = sink;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                sink.write(Bytes.wrap(Arrays.copyOfRange(bytes, from, from + length)));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the connection is closing");
            }
        }
    }
}
