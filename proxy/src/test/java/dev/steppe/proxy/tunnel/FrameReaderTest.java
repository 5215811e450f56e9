package dev.steppe.proxy.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.mesh.configuration.ProxyReport.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Proves that frames come out whole however the stream is cut, and that no buffer is lost. */
class FrameReaderTest {
    private final List<String> seen = new ArrayList<>();
    private final StringBuilder data = new StringBuilder();
    private final FrameReader reader = new FrameReader();
    private boolean open = true;

    private final FrameReader.Sink sink = new FrameReader.Sink() {
        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void data(ByteBuf payload) {
            data.append(payload.toString(StandardCharsets.UTF_8));
            payload.release();
        }

        @Override
        public void control(int type, ByteBuf payload) throws ProtocolException {
            seen.add(data.toString());
            data.setLength(0);
            seen.add(type == Protocol.REFUSE ? Refused.read(payload).toString() : "type " + type);
        }
    };

    private static void frame(ByteBuf out, int type, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        out.writeInt(type << 24 | bytes.length).writeBytes(bytes);
    }

    @Test
    void every_cut_of_a_stream_gives_the_same_frames() throws Exception {
        var refused = new Refused(Cause.DENIED, "api", "engine", "default deny", "do something");
        var stream = Unpooled.buffer();
        frame(stream, Protocol.OPEN, "alloc");
        frame(stream, Protocol.DATA, "hello ");
        frame(stream, Protocol.DATA, "");
        frame(stream, Protocol.DATA, "world");
        frame(stream, Protocol.END, "");
        var body = Unpooled.buffer();
        refused.write(body);
        stream.writeInt(Protocol.REFUSE << 24 | body.readableBytes()).writeBytes(body);
        var random = new Random(3);
        for (int run = 0; run < 200; run++) {
            seen.clear();
            var left = stream.copy();
            while (left.isReadable()) {
                int length = Math.min(left.readableBytes(), 1 + random.nextInt(run % 17 + 1));
                var part = left.readBytes(length);
                reader.read(part, sink);
                assertThat(part.refCnt()).isZero();
            }
            assertThat(seen).containsExactly("", "type 1", "hello world", "type 5", "", refused.toString());
        }
    }

    @Test
    void oversized_frames_and_texts_beyond_their_frame_are_refused() {
        assertThatThrownBy(() -> reader.read(Unpooled.buffer().writeInt(Protocol.OPEN << 24 | 5_000), sink))
                .isInstanceOf(ProtocolException.class);
        var other = new FrameReader();
        var lying = Unpooled.buffer()
                .writeInt(Protocol.REFUSE << 24 | 4)
                .writeByte(1)
                .writeShort(9)
                .writeByte(0);
        assertThatThrownBy(() -> other.read(lying, sink)).hasMessageContaining("9 bytes");
    }

    @Test
    void nothing_is_delivered_once_the_sink_is_closed() throws Exception {
        open = false;
        var stream = Unpooled.buffer();
        frame(stream, Protocol.DATA, "late");
        reader.read(stream, sink);
        assertThat(data).isEmpty();
        assertThat(stream.refCnt()).isZero();
    }
}
