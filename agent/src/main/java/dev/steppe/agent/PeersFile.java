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

    static void apply(Path serverDirectory) throws IOException {
        var file = serverDirectory.resolve("raft").resolve("peers.json");
        if (!Files.exists(file)) {
            return;
        }
        var members = read(file);
        LostQuorum.recover(serverDirectory, members);
        Files.move(file, file.resolveSibling("peers.json.used"), StandardCopyOption.REPLACE_EXISTING);
        LOG.log(Level.WARNING, "the servers are now those of " + file + ": " + members.all());
    }

    static Members read(Path file) throws IOException {
        List<Peer> peers;
        try {
            peers = Codec.fromJson(Content.class, "{\"Peers\":" + Files.readString(file) + "}")
                    .peers();
        } catch (CodecException wrong) {
            throw new IOException(
                    file + " is not a list of {\"id\": ..., \"address\": \"host:port\"}: " + wrong.getMessage(), wrong);
        }
        var members = new ArrayList<Member>();
        for (var peer : peers) {
            if (peer.nonVoter().orElse(false)) {
                throw new IOException(file + ": server " + peer.id()
                        + " has non_voter = true, which is not supported: every server has a vote");
            }
            var address = Member.Address.parse(peer.address())
                    .orElseThrow(() -> new IOException(file + ": \"" + peer.address() + "\" is no host:port"));
            members.add(new Member(new MemberId(peer.id()), Optional.of(address)));
        }
        return new Members(members);
    }
}
