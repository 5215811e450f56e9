package dev.steppe.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports nobody listens on. */
public final class FreePort {
    private FreePort() {}

    static int any() throws IOException {
        return near(0);
    }

    /** The wished one when it is free, else any. */
    public static int near(int wished) throws IOException {
        for (int port : new int[] {wished, 0}) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return socket.getLocalPort();
            } catch (IOException taken) {
                if (port == 0) {
                    throw taken;
                }
            }
        }
        throw new IOException("no free port");
    }
}
