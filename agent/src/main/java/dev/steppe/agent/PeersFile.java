package dev.steppe.agent;

import dev.steppe.consensus.LostQuorum;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code raft/peers.json} in the directory of a server: an operator's word who the servers are, after so many of them were
 * lost that the rest cannot elect a leader. Read at the start and put aside, so that it counts once.
 */
final class PeersFile {
    private static final System.Logger LOG = System.getLogger(PeersFile.class.getName());

    private PeersFile() {}

    /** A server as people write it. */
    record Peer(
            @Json("id") String id,
            @Json("address") String address,
            @Json("non_voter") Optional<Boolean> nonVoter) {}

    /** The file is a list; as the component of an object it can be read. */
    record Content(List<Peer> peers) {}

    /** The server that starts, the ports at which agents call it (its own and the one it tells others), and that of its log. */
    record Self(MemberId id, Set<Integer> agentPorts, int logPort) {}

    static void apply(Path serverDirectory, Self self) throws IOException {
        var file = serverDirectory.resolve("raft").resolve("peers.json");
        if (!Files.exists(file)) {
            return;
        }
        var members = read(file, self);
        LostQuorum.recover(serverDirectory, members);
        Files.move(file, file.resolveSibling("peers.json.used"), StandardCopyOption.REPLACE_EXISTING);
        LOG.log(
                Level.WARNING,
                "the servers are now those of " + file + ": "
                        + members.all().stream()
                                .map(it -> it.id() + " at " + it.address().orElseThrow())
                                .collect(Collectors.joining(", ")));
    }

    static Members read(Path file, Self self) throws IOException {
        var members = new ArrayList<Member>();
        for (var peer : peers(file)) {
            if (peer.nonVoter().orElse(false)) {
                throw new IOException(file + ": server " + peer.id()
                        + " has non_voter = true, which is not supported: every server has a vote");
            }
            var address = Member.Address.parse(peer.address())
                    .orElseThrow(() -> new IOException(file + ": \"" + peer.address() + "\" is no host:port"));
            members.add(new Member(new MemberId(peer.id()), Optional.of(ofLog(address, self))));
        }
        var own = members.stream().filter(it -> it.id().equals(self.id())).findFirst();
        if (own.isEmpty()) {
            throw new IOException(file + " does not name this server, whose id is " + self.id());
        }
        if (own.get().address().orElseThrow().port() != self.logPort()) {
            throw new IOException(file + ": this server is at "
                    + own.get().address().orElseThrow() + ", but its log listens at port " + self.logPort());
        }
        return new Members(members);
    }

    private static List<Peer> peers(Path file) throws IOException {
        try {
            return Codec.fromJson(Content.class, "{\"Peers\":" + Files.readString(file) + "}")
                    .peers();
        } catch (CodecException wrong) {
            throw new IOException(
                    file + " is not a list of {\"id\": ..., \"address\": \"host:port\"}: " + wrong.getMessage(), wrong);
        }
    }

    /** Lists of servers show the port at which agents call each other; where that is the same on all servers, so is that of the log. */
    private static Member.Address ofLog(Member.Address told, Self self) {
        return self.agentPorts().contains(told.port()) ? new Member.Address(told.host(), self.logPort()) : told;
    }
}
