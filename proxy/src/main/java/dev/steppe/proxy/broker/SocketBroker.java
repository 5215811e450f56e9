package dev.steppe.proxy.broker;

import dev.steppe.io.sockets.PacketSocket;
import dev.steppe.io.sockets.SocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The broker's process: the only part of the data plane with privileges, and one that reads nothing but fixed-size requests
 * of one user. It is single-threaded, keeps listening sockets over restarts of the proxy, and ends with its own signal only.
 */
public final class SocketBroker {
    private static final int CLIENTS_MAX = 4;

    private SocketBroker() {}

    /** Arguments: the socket to listen at, the directory of namespaces, the user id that may ask. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("usage: SocketBroker SOCKET NAMESPACES USER-ID");
        }
        serve(Path.of(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    }

    /** Serves until the process ends. */
    static void serve(Path socket, Path namespaces, int user) throws IOException {
        Files.deleteIfExists(socket);
        var clients = new ArrayList<PacketSocket>();
        try (var broker = new Broker(namespaces);
                var listener = PacketSocket.listen(socket, CLIENTS_MAX)) {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            while (true) {
                var sockets = new ArrayList<PacketSocket>(List.of(listener));
                sockets.addAll(clients);
                boolean[] ready = PacketSocket.await(sockets);
                for (int i = 1; i < ready.length; i++) {
                    if (ready[i] && !answerOne(broker, sockets.get(i))) {
                        clients.remove(sockets.get(i));
                        sockets.get(i).close();
                    }
                }
                if (ready[0]) {
                    accept(listener, clients, user);
                }
            }
        }
    }

    private static void accept(PacketSocket listener, List<PacketSocket> clients, int user) throws SocketException {
        var client = listener.accept();
        if (client.peerUser() == user && clients.size() < CLIENTS_MAX) {
            clients.add(client);
        } else {
            client.close();
        }
    }

    /** False when that client is gone. */
    private static boolean answerOne(Broker broker, PacketSocket client) {
        try {
            var packet = client.receive(BrokerRequest.BYTES + 1);
            if (packet.bytes().length == 0) {
                return false;
            }
            var outcome = broker.answer(packet.bytes(), packet.descriptor());
            try {
                client.send(outcome.answer().encode(), outcome.descriptor());
            } finally {
                outcome.sent();
            }
            return true;
        } catch (SocketException gone) {
            return false;
        }
    }
}
