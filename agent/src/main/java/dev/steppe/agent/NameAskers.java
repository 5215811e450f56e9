package dev.steppe.agent;

import dev.steppe.api.AccessControl;
import dev.steppe.io.Loop;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Whom the name service answers where callers of the APIs need tokens: whoever is on this machine; and others as long as the
 * token that the agent was given for them is one. Asked by one thread.
 */
final class NameAskers implements Predicate<InetAddress> {
    private static final System.Logger LOG = System.getLogger(NameAskers.class.getName());
    private static final Duration LOOKED_UP_EVERY = Duration.ofSeconds(10);

    private final Loop loop;
    private Set<InetAddress> own = Set.of();
    private Duration ownAt = LOOKED_UP_EVERY.negated();
    private boolean told;
    private volatile boolean othersToo;

    /** The loop is for what blocks. */
    NameAskers(Loop loop) {
        this.loop = loop;
    }

    /** Answers others while there is a token with this digest. */
    void answerOthers(String digest, AccessControl.KnownTokens tokens) {
        loop.<Boolean>offload("token-of-names", () -> tokens.contains(digest), outcome -> {
            if (outcome instanceof Loop.Outcome.Done<Boolean> known) {
                othersToo = known.value();
            }
            loop.after(LOOKED_UP_EVERY, () -> answerOthers(digest, tokens));
        });
    }

    @Override
    public boolean test(InetAddress asker) {
        boolean answered = asker.isLoopbackAddress() || othersToo || isOwn(asker);
        if (!answered && !told) {
            told = true;
            LOG.log(
                    Level.WARNING,
                    "the name service does not answer other machines without a token in acl.tokens.dns asker="
                            + asker.getHostAddress());
        }
        return answered;
    }

    private boolean isOwn(InetAddress asker) {
        var now = loop.uptime();
        if (now.minus(ownAt).compareTo(LOOKED_UP_EVERY) >= 0) {
            ownAt = now;
            own = addresses();
        }
        return own.contains(asker);
    }

    private static Set<InetAddress> addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toSet());
        } catch (SocketException unknown) {
            LOG.log(Level.WARNING, "the addresses of this machine cannot be read reason=" + unknown.getMessage());
            return Set.of();
        }
    }
}
