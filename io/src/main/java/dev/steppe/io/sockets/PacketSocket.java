package dev.steppe.io.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * A unix socket of whole packets (SOCK_SEQPACKET) that can carry one descriptor with each. Blocking. One thread may send
 * while another one receives; closing from a third one is done with {@link #shutdown()} first.
 */
public final class PacketSocket implements AutoCloseable {
    private static final int UNIX = 1;
    private static final int SEQPACKET_CLOEXEC = 5 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int NO_SIGNAL = 0x4000;
    private static final int CMSG_CLOEXEC = 0x40000000;
    private static final int SHUT_BOTH = 2;
    private static final int POLL_IN = 1;
    private static final int PATH_BYTES_MAX = 107;
    private static final long CONTROL_BYTES = 24;
    private static final long CONTROL_LENGTH = 20;

    private static final SocketCalls SOCKET = new SocketCalls("socket");
    private static final SocketCalls BIND = new SocketCalls("bind");
    private static final SocketCalls LISTEN = new SocketCalls("listen");
    private static final SocketCalls ACCEPT = new SocketCalls("accept4");
    private static final SocketCalls CONNECT = new SocketCalls("connect");
    private static final SocketCalls SEND = new SocketCalls("sendmsg");
    private static final SocketCalls RECEIVE = new SocketCalls("recvmsg");
    private static final SocketCalls GET_OPTION = new SocketCalls("getsockopt");
    private static final SocketCalls SHUTDOWN = new SocketCalls("shutdown");
    private static final SocketCalls POLL = new SocketCalls("poll");

    private final int descriptor;
    private final String name;

    private PacketSocket(int descriptor, String name) {
        this.descriptor = descriptor;
        this.name = name;
    }

    /** Listens at the path, where nothing may exist yet. */
    public static PacketSocket listen(Path path, int backlog) throws SocketException {
        var socket = open(path);
        try (var arena = Arena.ofConfined()) {
            BIND.call(socket.name, socket.descriptor, address(arena, path).address(), addressBytes(path));
            LISTEN.call(socket.name, socket.descriptor, backlog);
            return socket;
        } catch (SocketException failed) {
            socket.close();
            throw failed;
        }
    }

    public static PacketSocket connect(Path path) throws SocketException {
        var socket = open(path);
        try (var arena = Arena.ofConfined()) {
            CONNECT.call(socket.name, socket.descriptor, address(arena, path).address(), addressBytes(path));
            return socket;
        } catch (SocketException failed) {
            socket.close();
            throw failed;
        }
    }

    /** Waits for a connection. */
    public PacketSocket accept() throws SocketException {
        return new PacketSocket(ACCEPT.call(name, descriptor, 0, 0, 0x80000), name);
    }

    /** The user of the process that connected, as the kernel knows it. */
    public int peerUser() throws SocketException {
        try (var arena = Arena.ofConfined()) {
            var credentials = arena.allocate(ValueLayout.JAVA_INT, 3);
            var length = arena.allocateFrom(ValueLayout.JAVA_INT, 12);
            GET_OPTION.call(name, descriptor, SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address());
            return credentials.getAtIndex(ValueLayout.JAVA_INT, 1);
        }
    }

    /** Sends one packet, with a descriptor when there is one; the receiver gets a copy of it. */
    public void send(byte[] packet, OptionalInt passed) throws SocketException {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocateFrom(ValueLayout.JAVA_BYTE, packet);
            var control = arena.allocate(CONTROL_BYTES, 8);
            if (passed.isPresent()) {
                control.set(ValueLayout.JAVA_LONG, 0, CONTROL_LENGTH);
                control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
                control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
                control.set(ValueLayout.JAVA_INT, 16, passed.getAsInt());
            }
            var message = message(arena, data, control, passed.isPresent() ? CONTROL_BYTES : 0);
            SEND.call(name, descriptor, message.address(), NO_SIGNAL);
        }
    }

    /** Waits for a packet; an empty one means that the other side closed. What exceeds the maximum is cut off. */
    public Packet receive(int bytesMax) throws SocketException {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocate(bytesMax, 8);
            var control = arena.allocate(CONTROL_BYTES, 8);
            var message = message(arena, data, control, CONTROL_BYTES);
            int length = RECEIVE.call(name, descriptor, message.address(), CMSG_CLOEXEC);
            boolean passed = message.get(ValueLayout.JAVA_LONG, 40) >= CONTROL_LENGTH
                    && control.get(ValueLayout.JAVA_INT, 8) == SOL_SOCKET
                    && control.get(ValueLayout.JAVA_INT, 12) == SCM_RIGHTS;
            return new Packet(
                    data.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE),
                    passed ? OptionalInt.of(control.get(ValueLayout.JAVA_INT, 16)) : OptionalInt.empty());
        }
    }

    /** Waits until one of the sockets has something to accept or to receive (its end included); tells which. */
    public static boolean[] await(List<PacketSocket> sockets) throws SocketException {
        try (var arena = Arena.ofConfined()) {
            var table = arena.allocate(8L * sockets.size(), 8);
            for (int i = 0; i < sockets.size(); i++) {
                table.set(ValueLayout.JAVA_INT, 8L * i, sockets.get(i).descriptor);
                table.set(ValueLayout.JAVA_SHORT, 8L * i + 4, (short) POLL_IN);
            }
            POLL.call("sockets", table.address(), sockets.size(), -1);
            var ready = new boolean[sockets.size()];
            for (int i = 0; i < ready.length; i++) {
                ready[i] = table.get(ValueLayout.JAVA_SHORT, 8L * i + 6) != 0;
            }
            return ready;
        }
    }

    /** Ends both directions: a thread that waits in {@link #receive} gets an empty packet. */
    public void shutdown() {
        try {
            SHUTDOWN.call(name, descriptor, SHUT_BOTH);
        } catch (SocketException alreadyGone) {
            return;
        }
    }

    @Override
    public void close() {
        TcpSockets.close(descriptor);
    }

    /** What was received; the receiver owns the descriptor. */
    public record Packet(byte[] bytes, OptionalInt descriptor) {}

    private static PacketSocket open(Path path) throws SocketException {
        return new PacketSocket(SOCKET.call(path.toString(), UNIX, SEQPACKET_CLOEXEC, 0), path.toString());
    }

    private static MemorySegment address(Arena arena, Path path) {
        var address = arena.allocate(PATH_BYTES_MAX + 3L, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) UNIX);
        byte[] text = bytes(path);
        address.asSlice(2, text.length).copyFrom(MemorySegment.ofArray(text));
        return address;
    }

    private static long addressBytes(Path path) {
        return 2L + bytes(path).length + 1;
    }

    private static byte[] bytes(Path path) {
        byte[] text = path.toString().getBytes(StandardCharsets.UTF_8);
        if (text.length > PATH_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the path of a unix socket has at most " + PATH_BYTES_MAX + " bytes: " + path);
        }
        return text;
    }

    /** struct msghdr of 64-bit Linux. */
    private static MemorySegment message(Arena arena, MemorySegment data, MemorySegment control, long controlBytes) {
        var vector = arena.allocate(16, 8);
        vector.set(ValueLayout.JAVA_LONG, 0, data.address());
        vector.set(ValueLayout.JAVA_LONG, 8, data.byteSize());
        var message = arena.allocate(56, 8);
        message.set(ValueLayout.JAVA_LONG, 16, vector.address());
        message.set(ValueLayout.JAVA_LONG, 24, 1);
        message.set(ValueLayout.JAVA_LONG, 32, controlBytes == 0 ? 0 : control.address());
        message.set(ValueLayout.JAVA_LONG, 40, controlBytes);
        return message;
    }
}
