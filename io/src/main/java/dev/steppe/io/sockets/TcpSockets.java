package dev.steppe.io.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * TCP sockets as bare descriptors, opened in the network namespace of the calling thread. Whoever gets a descriptor closes
 * it. All of them are non-blocking and closed on exec.
 */
public final class TcpSockets {
    private static final int INET = 2;
    private static final int INET6 = 10;
    private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int READ_ONLY_CLOEXEC = 0x80000;
    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final SocketCalls SOCKET = new SocketCalls("socket");
    private static final SocketCalls BIND = new SocketCalls("bind");
    private static final SocketCalls LISTEN = new SocketCalls("listen");
    private static final SocketCalls SET_OPTION = new SocketCalls("setsockopt");
    private static final SocketCalls CLOSE = new SocketCalls("close");
    private static final SocketCalls OPEN = new SocketCalls("open");
    private static final SocketCalls SETNS = new SocketCalls("setns");

    private TcpSockets() {}

    /** A socket connected to nothing, of the family of that address. */
    public static int unconnected(InetAddress family) throws SocketException {
        return SOCKET.call("tcp", family instanceof Inet6Address ? INET6 : INET, STREAM_NONBLOCK_CLOEXEC, 0);
    }

    /** A listening socket. */
    public static int listening(InetSocketAddress address, int backlog) throws SocketException {
        String subject = address.getAddress().getHostAddress() + ":" + address.getPort();
        int descriptor = unconnected(address.getAddress());
        try (var arena = Arena.ofConfined()) {
            var yes = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            SET_OPTION.call(subject, descriptor, SOL_SOCKET, SO_REUSEADDR, yes.address(), 4);
            byte[] ip = address.getAddress().getAddress();
            boolean six = ip.length == 16;
            if (six) {
                SET_OPTION.call(subject, descriptor, IPPROTO_IPV6, IPV6_V6ONLY, yes.address(), 4);
            }
            var name = arena.allocate(28);
            name.set(ValueLayout.JAVA_SHORT, 0, (short) (six ? INET6 : INET));
            name.set(NETWORK_SHORT, 2, (short) address.getPort());
            name.asSlice(six ? 8 : 4, ip.length).copyFrom(java.lang.foreign.MemorySegment.ofArray(ip));
            BIND.call(subject, descriptor, name.address(), six ? 28 : 16);
            LISTEN.call(subject, descriptor, backlog);
            return descriptor;
        } catch (SocketException failed) {
            close(descriptor);
            throw failed;
        }
    }

    /** Opens the file of a namespace, or any other file, for reading. */
    public static int openFile(Path file) throws SocketException {
        try (var arena = Arena.ofConfined()) {
            return OPEN.call(
                    file.toString(), arena.allocateFrom(file.toString()).address(), READ_ONLY_CLOEXEC);
        }
    }

    /** Moves the calling thread into a network namespace. */
    public static void enterNamespace(int descriptor, String name) throws SocketException {
        SETNS.call(name, descriptor, CLONE_NEWNET);
    }

    /** Closes a descriptor. Errors have no remedy and are ignored, as the kernel has closed it anyway. */
    public static void close(int descriptor) {
        try {
            CLOSE.call("descriptor " + descriptor, descriptor);
        } catch (SocketException ignored) {
            return;
        }
    }
}
