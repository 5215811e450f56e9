package dev.steppe.io.sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Ports of loopback that nobody listens on. Until this is closed the kernel gives them to nobody who asks for any port, nor to
 * connections that go out; who asks for the number may listen there, since servers allow an address to be used again.
 */
public final class FreePorts implements AutoCloseable {
    private final Deque<Socket> held = new ConcurrentLinkedDeque<>();

    /** Another one each time. */
    public int any() throws IOException {
        return hold(0);
    }

    /** The wished one when it is free, else any. */
    public int near(int wished) throws IOException {
        try {
            return hold(wished);
        } catch (IOException taken) {
            return any();
        }
    }

    private int hold(int port) throws IOException {
        var socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException taken) {
            socket.close();
            throw taken;
        }
        held.add(socket);
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : held) {
            socket.close();
        }
    }
}
