package dev.steppe.consensus;

import dev.steppe.io.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** Members as the engine names them, in memory and in the file in which it keeps the last committed ones. */
final class EngineMembers {
    private static final String FILE = "current/raft-meta.conf";

    private EngineMembers() {}

    static RaftPeer peer(Member member) {
        var peer = RaftPeer.newBuilder().setId(member.id().value());
        member.address().ifPresent(address -> peer.setAddress(address.toString()));
        return peer.build();
    }

    static List<RaftPeer> peers(Collection<Member> members) {
        return members.stream().map(EngineMembers::peer).toList();
    }

    static Member member(RaftPeer peer) {
        return member(peer.getId().toString(), peer.getAddress());
    }

    static Members members(RaftConfiguration configuration) {
        return new Members(configuration.getCurrentPeers().stream()
                .map(EngineMembers::member)
                .toList());
    }

    /** The members as this directory's member last knew them to be committed; empty if it never was one. */
    static Optional<Members> onDisk(Path groupDirectory) throws IOException {
        var file = groupDirectory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var kept = LogEntryProto.parseFrom(Files.readAllBytes(file)).getConfigurationEntry();
        return Optional.of(new Members(kept.getPeersList().stream()
                .map(peer -> member(peer.getId().toStringUtf8(), peer.getAddress()))
                .toList()));
    }

    /** Puts other members there, as if the entry of that index had named them. */
    static void write(Path groupDirectory, Members members, long entryIndex) throws IOException {
        var entry = LogEntryProto.newBuilder()
                .setIndex(entryIndex)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder()
                        .addAllPeers(members.all().stream()
                                .map(EngineMembers::written)
                                .toList()))
                .build();
        DurableFile.replace(groupDirectory.resolve(FILE), entry.toByteArray());
    }

    private static RaftPeerProto written(Member member) {
        return RaftPeerProto.newBuilder()
                .setId(ByteString.copyFromUtf8(member.id().value()))
                .setAddress(member.address().map(Object::toString).orElse(""))
                .setStartupRole(RaftPeerRole.FOLLOWER)
                .build();
    }

    private static Member member(String id, String address) {
        var name = new MemberId(id);
        return Member.Address.parse(address == null ? "" : address)
                .map(known -> new Member(name, Optional.of(known)))
                .orElseGet(() -> Member.alone(name));
    }
}
