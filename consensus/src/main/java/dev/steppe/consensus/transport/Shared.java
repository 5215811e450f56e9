package dev.steppe.consensus.transport;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A question of which one is on its way at a time. Whoever asks meanwhile shares the next one, so that each answer is to
 * a question that was put after it was asked for. Safe for use from any thread.
 */
public final class Shared<T> {
    private final Supplier<CompletableFuture<T>> question;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<CompletableFuture<T>> next = Optional.empty();
    private boolean onTheWay;

    public Shared(Supplier<CompletableFuture<T>> question) {
        this.question = question;
    }

    /** The answer, when it comes. */
    public CompletableFuture<T> ask() {
        var outcome = new CompletableFuture<T>();
        lock.lock();
        try {
            if (onTheWay) {
                var shared = next.orElse(outcome);
                next = Optional.of(shared);
                return shared;
            }
            onTheWay = true;
        } finally {
            lock.unlock();
        }
        put(outcome);
        return outcome;
    }

    private void put(CompletableFuture<T> outcome) {
        question.get().whenComplete((answer, failure) -> {
            goOn();
            if (failure != null) {
                outcome.completeExceptionally(failure);
            } else {
                outcome.complete(answer);
            }
        });
    }

    private void goOn() {
        Optional<CompletableFuture<T>> waiting;
        lock.lock();
        try {
            waiting = next;
            next = Optional.empty();
            onTheWay = waiting.isPresent();
        } finally {
            lock.unlock();
        }
        waiting.ifPresent(this::put);
    }
}
