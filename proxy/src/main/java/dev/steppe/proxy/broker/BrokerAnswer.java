package dev.steppe.proxy.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Zero and a descriptor where one was asked for, or an error number of the kernel (-1: refused) and what went wrong. */
record BrokerAnswer(int error, String text) {
    static final int BYTES = 256;

    static final BrokerAnswer DONE = new BrokerAnswer(0, "");
    static final int REFUSED = -1;

    byte[] encode() {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, BYTES - 8);
        return ByteBuffer.allocate(BYTES)
                .putInt(error)
                .putInt(length)
                .put(utf8, 0, length)
                .array();
    }

    static BrokerAnswer decode(byte[] packet) {
        var in = ByteBuffer.wrap(packet);
        int error = in.getInt();
        int length = Math.clamp(in.getInt(), 0, packet.length - 8);
        return new BrokerAnswer(error, new String(Arrays.copyOfRange(packet, 8, 8 + length), StandardCharsets.UTF_8));
    }
}
