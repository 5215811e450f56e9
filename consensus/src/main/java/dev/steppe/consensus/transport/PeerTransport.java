package dev.steppe.consensus.transport;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/** Tells the engine to use the {@link PeerNetwork} that is among its parameters. Made by the engine by name. */
public final class PeerTransport implements RpcType {
    private static final String NETWORK = "steppe.network";

    @Override
    public String name() {
        return PeerTransport.class.getName();
    }

    /** Parameters of an engine that uses that network. */
    public static Parameters parameters(PeerNetwork network) {
        var parameters = new Parameters();
        parameters.put(NETWORK, network, PeerNetwork.class);
        return parameters;
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(this, parameters.getNonNull(NETWORK, PeerNetwork.class));
    }

    private record Factory(RpcType rpcType, PeerNetwork network) implements ServerFactory {
        @Override
        public RpcType getRpcType() {
            return rpcType;
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return network.of(server);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
            return new Appender(division, leader, follower, network);
        }
    }
}
