package dev.steppe.agent;

import dev.steppe.io.Loop;
import dev.steppe.model.data.DataKey;
import dev.steppe.security.Secret;
import dev.steppe.security.keyring.SealingKey;
import dev.steppe.server.RootKeys;
import dev.steppe.state.Store;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** Root keys on this server's disk; one that is missing is fetched from another server, over mutual TLS, and kept. */
final class SharedRootKeys implements RootKeys {
    private static final System.Logger LOG = System.getLogger(SharedRootKeys.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final RootKeys own;
    private final LinkPart link;

    SharedRootKeys(RootKeys own, LinkPart link) {
        this.own = own;
        this.link = link;
    }

    @Override
    public Optional<SealingKey> read(String id) throws IOException {
        var here = own.read(id);
        return here.isPresent() ? here : fetched(id);
    }

    private Optional<SealingKey> fetched(String id) throws IOException {
        for (HostPort server : link.servers().all()) {
            try {
                var answer =
                        link.calls().ask(server, AgentCalls.Call.get(ServerForming.ROOT_KEY + "?id=" + id), PATIENCE);
                if (answer.isGood()) {
                    var key = new SealingKey(
                            id,
                            Secret.of(Base64.getDecoder().decode(answer.text().strip())));
                    own.write(key);
                    LOG.log(Level.INFO, "root key fetched from another server id=" + id + " server=" + server);
                    return Optional.of(key);
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new IOException("stopped while a root key was fetched", stopping);
            } catch (IOException | IllegalArgumentException away) {
                LOG.log(Level.DEBUG, "no root key from=" + server + " reason=" + away.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * Fetches every root key of the state that is not here, again and again: whoever has the only one may be lost, and with
     * it what the key opens. The loop is only for the pauses.
     */
    void keepComplete(Loop loop, Store store) {
        loop.after(
                LOOK_EVERY,
                () -> loop.<Boolean>offload(
                        "keep-root-keys",
                        () -> {
                            for (DataKey key : store.snapshot().dataKeys()) {
                                read(key.wrapped().keyId());
                            }
                            return true;
                        },
                        outcome -> keepComplete(loop, store)));
    }

    @Override
    public void write(SealingKey key) throws IOException {
        own.write(key);
    }

    @Override
    public String place(String id) {
        return own.place(id);
    }
}
