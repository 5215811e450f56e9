package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.AccessToken;
import dev.steppe.model.Ids;
import dev.steppe.model.Refusal;
import dev.steppe.security.Secret;
import dev.steppe.security.access.AccessSecret;
import dev.steppe.state.Command;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tokens that may do everything in the region. The first one is made for whoever asks first; from then on only holders of
 * one get another, unless a file on the server that leads says that the tokens are lost. Methods may be called from any
 * thread; replies come on the server's loop.
 */
public final class AccessEndpoint {
    private static final System.Logger LOG = System.getLogger(AccessEndpoint.class.getName());

    private final Loop loop;
    private final Proposals proposals;
    private final Optional<Path> resetFile;
    private final SecureRandom random;

    AccessEndpoint(Loop loop, Proposals proposals, Optional<Path> resetFile, SecureRandom random) {
        this.loop = loop;
        this.proposals = proposals;
        this.resetFile = resetFile;
        this.random = random;
    }

    /**
     * A token as somebody wants it.
     *
     * @param secret one that the caller chose
     * @param vouched whether the caller holds a token
     */
    public record Wish(String name, Optional<Secret> secret, boolean vouched) {}

    /** A token that was made; the only time that its secret is seen. */
    public record Made(Secret secret, AccessToken token) {}

    /** Makes a token. */
    public void make(Wish wish, Consumer<Reply<Made>> then) {
        loop.execute(() -> {
            if (wish.vouched()) {
                make(wish, Optional.empty(), then);
                return;
            }
            loop.<Optional<Long>>offload("read-reset", this::reset, outcome -> {
                switch (outcome) {
                    case Loop.Outcome.Done<Optional<Long>> read -> make(wish, read.value(), then);
                    case Loop.Outcome.Failed<Optional<Long>> failed ->
                        then.accept(Reply.unavailable(resetFile + " cannot be read: "
                                + failed.reason().getMessage()));
                }
            });
        });
    }

    private Optional<Long> reset() throws IOException {
        if (resetFile.isEmpty() || !Files.exists(resetFile.get())) {
            return Optional.empty();
        }
        var text = Files.readString(resetFile.get()).strip();
        return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private void make(Wish wish, Optional<Long> reset, Consumer<Reply<Made>> then) {
        var secret = wish.secret().orElseGet(() -> Secret.ofText(Ids.random(random)));
        var token = new AccessToken(Ids.random(random), wish.name(), AccessSecret.digestOf(secret), loop.now(), 0);
        proposals.propose(
                new Command.PutAccessToken(token, !wish.vouched(), reset, loop.now()),
                reply -> then.accept(
                        switch (reply) {
                            case Reply.Done<Long> done -> {
                                LOG.log(Level.INFO, "an access token was made accessor=" + token.accessorId());
                                yield new Reply.Done<>(new Made(secret, token.written(done.index())), done.index());
                            }
                            case Reply.Refused<Long> refused -> Reply.refused(forbidden(refused.refusal()));
                        }));
    }

    private static Refusal forbidden(Refusal refusal) {
        return refusal.code() == Refusal.Code.CONFLICT
                ? new Refusal(Refusal.Code.FORBIDDEN, refusal.message())
                : refusal;
    }

    /** A token may do nothing any more; the last one stays. */
    public void delete(String accessorId, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(
                new Command.DeleteAccessToken(accessorId, loop.now()),
                reply -> then.accept(
                        reply instanceof Reply.Refused<Long> refused
                                ? Reply.refused(forbidden(refused.refusal()))
                                : reply)));
    }
}
