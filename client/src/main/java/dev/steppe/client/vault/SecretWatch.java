package dev.steppe.client.vault;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.template.Datum;
import dev.steppe.language.template.Query;
import dev.steppe.language.template.Shapes;
import dev.steppe.language.template.TemplateData.Answer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A secret that a template uses, read again before its lease ends, or from time to time when it has none. While Vault is
 * away nothing is told: what was read last still holds.
 */
final class SecretWatch {
    private static final System.Logger LOG = System.getLogger(SecretWatch.class.getName());
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration RETRY_MAX = Duration.ofMinutes(1);
    private static final int PERCENT = 85;

    private final VaultClient client;
    private final Future<TaskToken> token;
    private final Query.Secret query;
    private final Duration every;
    private final Consumer<Answer> listener;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Optional<Answer> told = Optional.empty();

    SecretWatch(
            VaultClient client,
            Future<TaskToken> token,
            Query.Secret query,
            Duration every,
            Consumer<Answer> listener) {
        this.client = client;
        this.token = token;
        this.query = query;
        this.every = every;
        this.listener = listener;
    }

    void close() {
        closed.countDown();
    }

    /** Until it is closed and its thread interrupted. */
    void run() {
        var pause = RETRY;
        try {
            while (!isClosed()) {
                try {
                    var secret = client.read(token.get().current(), query.path());
                    tell(new Answer.Known(value(secret)));
                    pause = RETRY;
                    hold(secret);
                    continue;
                } catch (VaultClient.Refused refused) {
                    tell(
                            refused.isUnknown()
                                    ? new Answer.Absent()
                                    : new Answer.Refused(String.valueOf(refused.getMessage())));
                } catch (IOException | ExecutionException unreachable) {
                    LOG.log(
                            Level.WARNING,
                            "a secret cannot be read now query=" + query + " reason=" + unreachable.getMessage());
                }
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(RETRY_MAX) > 0 ? RETRY_MAX : pause.multipliedBy(2);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static Datum value(VaultClient.Secret secret) throws IOException {
        try {
            return Shapes.secret(secret.json());
        } catch (FunctionException malformed) {
            throw new IOException("Vault answered something that is not JSON", malformed);
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Until then, or until it is closed. */
    private void pause(Duration time) throws InterruptedException {
        if (closed.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    private void tell(Answer answer) {
        if (!isClosed() && !told.equals(Optional.of(answer))) {
            told = Optional.of(answer);
            listener.accept(answer);
        }
    }

    /** Returns when it is to be read again. */
    private void hold(VaultClient.Secret secret) throws InterruptedException, ExecutionException {
        if (secret.lease().isEmpty()) {
            boolean shorter = secret.life().isPositive() && secret.life().compareTo(every) < 0;
            pause(shorter ? secret.life() : every);
            return;
        }
        var life = secret.life().isPositive() ? secret.life() : every;
        while (secret.renewable()) {
            pause(life.dividedBy(2));
            try {
                var longer = client.renewLease(token.get().current(), secret.lease());
                // A lease near its last end is renewed for less and less.
                if (longer.compareTo(secret.life().dividedBy(2)) < 0) {
                    pause(longer.multipliedBy(PERCENT).dividedBy(100));
                    return;
                }
                life = longer;
            } catch (VaultClient.Refused over) {
                LOG.log(
                        Level.INFO,
                        "a lease is over, the secret is read anew query=" + query + " reason=" + over.getMessage());
                return;
            } catch (IOException unreachable) {
                // What is left of the lease is used for trying.
                life = life.dividedBy(2);
                if (life.compareTo(RETRY) < 0) {
                    return;
                }
            }
        }
        pause(life.multipliedBy(PERCENT).dividedBy(100));
    }
}
