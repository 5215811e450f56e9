package dev.steppe.consensus;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;

/**
 * The engine's transport for a member that is alone: it opens no port, and loads neither gRPC nor Netty. Made by the
 * engine by name.
 */
final class SoloTransport implements RpcType {

    @Override
    public String name() {
        return SoloTransport.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(this);
    }

    private record Factory(RpcType rpcType) implements ServerFactory {
        @Override
        public RpcType getRpcType() {
            return rpcType;
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return new NoTraffic(rpcType);
        }
    }

    private record NoTraffic(RpcType rpcType) implements RaftServerRpc {
        @Override
        public void start() {
            // nothing listens
        }

        @Override
        public void close() {
            // nothing listens
        }

        @Override
        public InetSocketAddress getInetSocketAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        }

        @Override
        public RpcType getRpcType() {
            return rpcType;
        }

        @Override
        public void addRaftPeers(Collection<RaftPeer> peers) {
            // the engine also adds the member itself; nobody is ever called
        }

        @Override
        public void handleException(RaftPeerId member, Exception reason, boolean reconnect) {
            throw unreachable();
        }

        @Override
        public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) {
            throw unreachable();
        }

        @Override
        public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) {
            throw unreachable();
        }

        @Override
        public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) {
            throw unreachable();
        }

        @Override
        public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request) {
            throw unreachable();
        }

        private static IllegalStateException unreachable() {
            return new IllegalStateException("a member without an address has nobody to talk to");
        }
    }
}
