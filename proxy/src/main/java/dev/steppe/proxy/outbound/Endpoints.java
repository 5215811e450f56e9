package dev.steppe.proxy.outbound;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.proxy.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The instances of one destination. Picks the less busy of two random ones, leaving out those that failed lately. Safe for
 * use from any thread.
 */
final class Endpoints {
    private final Limits limits;
    private final LongSupplier nanoTime;
    private volatile List<Endpoint> endpoints = List.of();

    Endpoints(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    /** Replaces the instances; one that stays keeps what is known about it. */
    void update(List<Address> addresses) {
        var before = endpoints;
        var after = new ArrayList<Endpoint>(addresses.size());
        for (Address address : addresses) {
            after.add(before.stream()
                    .filter(known -> known.address.equals(address))
                    .findFirst()
                    .orElseGet(() -> new Endpoint(address)));
        }
        endpoints = List.copyOf(after);
    }

    /**
     * An endpoint not yet tried; if all of those are backing off, the one whose time is up first, because trying is better
     * than failing.
     */
    Optional<Endpoint> pick(Set<Address> tried, RandomGenerator random) {
        long now = nanoTime.getAsLong();
        var ready = new ArrayList<Endpoint>();
        Optional<Endpoint> soonest = Optional.empty();
        for (Endpoint endpoint : endpoints) {
            if (tried.contains(endpoint.address)) {
                continue;
            }
            long wait = endpoint.backOffUntil - now;
            if (endpoint.failures == 0 || wait <= 0) {
                ready.add(endpoint);
            } else if (soonest.isEmpty() || endpoint.backOffUntil - soonest.get().backOffUntil < 0) {
                soonest = Optional.of(endpoint);
            }
        }
        if (ready.isEmpty()) {
            return soonest;
        }
        if (ready.size() == 1) {
            return Optional.of(ready.get(0));
        }
        int first = random.nextInt(ready.size());
        int second = random.nextInt(ready.size() - 1);
        Endpoint one = ready.get(first);
        Endpoint other = ready.get(second < first ? second : second + 1);
        return Optional.of(other.calls.get() < one.calls.get() ? other : one);
    }

    /** One instance and what its last calls came to. */
    final class Endpoint {
        private final Address address;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile int failures;
        private volatile long backOffUntil;

        private Endpoint(Address address) {
            this.address = address;
        }

        Address address() {
            return address;
        }

        void begun() {
            calls.incrementAndGet();
        }

        void over() {
            calls.decrementAndGet();
        }

        void reached() {
            if (failures != 0) {
                failures = 0;
            }
        }

        /** Two threads that fail at once may count as one failure, which does no harm. */
        void failed() {
            int count = Math.min(failures + 1, 16);
            long first = limits.backOffFirst().toNanos();
            long pause = Math.min(first << (count - 1), limits.backOffMax().toNanos());
            backOffUntil = nanoTime.getAsLong() + pause;
            failures = count;
        }
    }
}
