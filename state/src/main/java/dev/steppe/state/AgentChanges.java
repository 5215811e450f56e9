package dev.steppe.state;

import dev.steppe.model.AccessToken;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.JoinToken;
import dev.steppe.model.ServerMember;
import java.time.Instant;
import java.util.Optional;

/** What commands change of the agents themselves: tokens, the servers, and other regions. */
final class AgentChanges {
    private final Draft draft;
    private final Instant at;

    AgentChanges(Draft draft, Instant at) {
        this.draft = draft;
        this.at = at;
    }

    Optional<String> put(JoinToken token) {
        for (JoinToken other : draft.joinTokens) {
            if (other.expires().isBefore(at)) {
                draft.joinTokens = draft.joinTokens.remove(other.digest());
            }
        }
        draft.joinTokens = draft.joinTokens.put(token.digest(), token);
        draft.publish(new Event.Other(Table.JOIN_TOKENS));
        return Optional.empty();
    }

    Optional<String> use(String digest) {
        var token = draft.joinTokens.get(digest);
        if (token.isEmpty()) {
            return Optional.of("the join token is not one of this cluster, or it expired long ago: make a new one with"
                    + " steppe agent join-token");
        }
        if (token.get().expires().isBefore(at)) {
            return Optional.of("the join token expired at " + token.get().expires()
                    + ": make a new one with steppe agent join-token");
        }
        if (token.get().usesLeft() < 1) {
            return Optional.of(
                    "the join token is used up: make a new one with steppe agent join-token, -uses says for how many");
        }
        draft.joinTokens = draft.joinTokens.put(digest, token.get().used());
        draft.publish(new Event.Other(Table.JOIN_TOKENS));
        return Optional.empty();
    }

    Optional<String> put(Command.PutAccessToken command) {
        long newest = 0;
        for (AccessToken other : draft.accessTokens) {
            newest = Math.max(newest, other.createIndex());
        }
        if (command.first() && newest > 0 && !command.reset().equals(Optional.of(newest))) {
            return Optional.of("ACL bootstrap already done (reset index: " + newest + ")");
        }
        draft.put(command.token().written(draft.index));
        draft.publish(new Event.Other(Table.ACCESS_TOKENS));
        return Optional.empty();
    }

    Optional<String> delete(String accessorId) {
        if (draft.accessTokens.get(accessorId).isEmpty()) {
            return Optional.of("ACL token not found");
        }
        if (draft.accessTokens.size() == 1) {
            return Optional.of("this is the last token: without it nobody could do anything; make another one first");
        }
        draft.accessTokens = draft.accessTokens.remove(accessorId);
        draft.publish(new Event.Other(Table.ACCESS_TOKENS));
        return Optional.empty();
    }

    /** Whoever was at the same address before is not there any more. */
    Optional<String> put(ServerMember server) {
        for (ServerMember other : draft.servers) {
            if (!other.id().equals(server.id()) && other.agentAddress().equals(server.agentAddress())) {
                draft.servers = draft.servers.remove(other.id());
            }
        }
        draft.put(server);
        draft.publish(new Event.Other(Table.SERVERS));
        return Optional.empty();
    }

    Optional<String> remove(String id) {
        if (draft.servers.get(id).isEmpty()) {
            return Optional.of("there is no server " + id);
        }
        draft.servers = draft.servers.remove(id);
        draft.publish(new Event.Other(Table.SERVERS));
        return Optional.empty();
    }

    Optional<String> put(FederatedRegion region) {
        draft.put(region);
        draft.publish(new Event.Other(Table.REGIONS));
        return Optional.empty();
    }

    Optional<String> removeRegion(String name) {
        if (draft.regions.get(name).isEmpty()) {
            return Optional.of("region \"" + name + "\" is not known");
        }
        draft.regions = draft.regions.remove(name);
        draft.publish(new Event.Other(Table.REGIONS));
        return Optional.empty();
    }
}
