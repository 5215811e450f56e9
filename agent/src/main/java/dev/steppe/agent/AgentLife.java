package dev.steppe.agent;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The agent of this process from its start to the wish that it ends. Where its log has to stop, for example because the disk
 * is full, the agent is ended and another takes its place as soon as one can start; tasks run on meanwhile. What its
 * directory holds is all that the next one knows, as after any other end.
 */
final class AgentLife {
    private static final System.Logger LOG = System.getLogger(AgentLife.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final AgentOptions options;
    private final StopSignal signal;
    private final Consumer<Assembly> begun;
    /** Before another one is started; longer when the last ones did not live for long. */
    private Duration pause = FIRST_PAUSE;

    /** @param begun told of each agent that takes its place */
    AgentLife(AgentOptions options, StopSignal signal, Consumer<Assembly> begun) {
        this.options = options;
        this.signal = signal;
        this.begun = begun;
    }

    /** What is done with an agent at one moment of its life. */
    interface Moment {
        void of(Assembly agent) throws IOException, InterruptedException;
    }

    /**
     * Lives until the wish; false where it was the agent's own, because it cannot go on. Fails where the first one cannot
     * start.
     *
     * @param birth once, when the first agent has started
     * @param farewell when the wish comes
     */
    boolean live(Moment birth, Moment farewell) throws IOException, InterruptedException {
        var agent = Optional.of(Assembly.start(options));
        var arrival = birth;
        while (agent.isPresent()) {
            long since = System.nanoTime();
            try (var current = agent.get()) {
                begun.accept(current);
                current.givenUp().thenAccept(reason -> signal.want());
                arrival.of(current);
                arrival = later -> LOG.log(Level.WARNING, "the agent has begun anew");
                if (signal.awaitOr(current.logStopped())) {
                    farewell.of(current);
                    return !current.givenUp().isDone();
                }
                LOG.log(
                        Level.ERROR,
                        "the log of this server stopped, the agent begins anew as soon as it can; tasks run on reason="
                                + current.logStopped().join());
            }
            if (System.nanoTime() - since > LONGEST_PAUSE.toNanos()) {
                pause = FIRST_PAUSE;
            }
            agent = another();
        }
        return true;
    }

    /** Empty when it is to end before one could start. */
    private Optional<Assembly> another() throws InterruptedException {
        var told = "";
        while (!signal.await(pause)) {
            var doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            try {
                return Optional.of(Assembly.start(options));
            } catch (IOException | RuntimeException notYet) {
                var reason = String.valueOf(notYet.getMessage());
                if (!told.equals(reason)) {
                    told = reason;
                    LOG.log(Level.ERROR, "the agent cannot begin anew yet: " + told);
                }
            }
        }
        return Optional.empty();
    }
}
