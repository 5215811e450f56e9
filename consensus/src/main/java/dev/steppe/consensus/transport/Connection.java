package dev.steppe.consensus.transport;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;

/**
 * One connection between two members, with mutual TLS 1.3 where the members have identities. One thread receives; any
 * thread may send and close.
 */
final class Connection implements AutoCloseable {
    private static final String PROTOCOL = "steppe-log/1";
    private static final int CONNECT_MILLIS = 1000;
    private static final int HANDSHAKE_MILLIS = 3000;
    private static final int BUFFER_BYTES = 1 << 16;

    /** Closed itself, and not the TLS around it, which would wait for a writer that is stuck. */
    private final Socket raw;

    private final DataInputStream in;
    private final OutputStream out;
    private final ReentrantLock sending = new ReentrantLock();

    private Connection(Socket raw, Socket secured) throws IOException {
        this.raw = raw;
        this.in = new DataInputStream(new BufferedInputStream(secured.getInputStream(), BUFFER_BYTES));
        this.out = secured.getOutputStream();
        raw.setSoTimeout(0);
    }

    /** Calls another member; a context is asked for each connection anew, since certificates change. */
    static Connection open(InetSocketAddress address, Optional<Supplier<SSLContext>> security) throws IOException {
        var raw = new Socket();
        try {
            raw.connect(address, CONNECT_MILLIS);
            prepare(raw);
            if (security.isEmpty()) {
                return new Connection(raw, raw);
            }
            var socket = (SSLSocket) security.get()
                    .get()
                    .getSocketFactory()
                    .createSocket(raw, address.getHostString(), address.getPort(), true);
            socket.setUseClientMode(true);
            return secured(raw, socket);
        } catch (IOException | RuntimeException failure) {
            raw.close();
            throw failure;
        }
    }

    /** Takes the call of another member. */
    static Connection accept(Socket raw, Optional<Supplier<SSLContext>> security) throws IOException {
        try {
            prepare(raw);
            if (security.isEmpty()) {
                return new Connection(raw, raw);
            }
            var socket = (SSLSocket) security.get().get().getSocketFactory().createSocket(raw, null, true);
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(true);
            return secured(raw, socket);
        } catch (IOException | RuntimeException failure) {
            raw.close();
            throw failure;
        }
    }

    private static void prepare(Socket raw) throws IOException {
        raw.setTcpNoDelay(true);
        raw.setSoTimeout(HANDSHAKE_MILLIS);
    }

    private static Connection secured(Socket raw, SSLSocket socket) throws IOException {
        var parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {PROTOCOL});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        if (!PROTOCOL.equals(socket.getApplicationProtocol())) {
            throw new IOException(raw.getRemoteSocketAddress() + " does not speak " + PROTOCOL);
        }
        return new Connection(raw, socket);
    }

    void send(Frame.Kind kind, long call, MessageLite content) throws IOException {
        send(Frame.encode(kind, call, content));
    }

    void send(Frame.Kind kind, long call, byte[] content) throws IOException {
        send(Frame.encode(kind, call, content));
    }

    private void send(byte[] bytes) throws IOException {
        sending.lock();
        try {
            out.write(bytes);
            out.flush();
        } finally {
            sending.unlock();
        }
    }

    /** The next frame; an exception when there will be none. */
    Frame receive() throws IOException {
        return Frame.read(in);
    }

    @Override
    public void close() {
        try {
            raw.close();
        } catch (IOException gone) {
            // It is of no use any more either way.
        }
    }

    @Override
    public String toString() {
        return String.valueOf(raw.getRemoteSocketAddress());
    }
}
