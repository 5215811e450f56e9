package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Ids;
import dev.steppe.model.Intention;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/** What may be asked about intentions. Methods may be called from any thread; replies come on the server's loop. */
public final class IntentionEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;

    IntentionEndpoint(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
    }

    /** An intention as a user writes it. */
    public record Wish(
            String source,
            String destination,
            IntentionAction action,
            String description,
            SortedMap<String, String> meta) {}

    /** Creates or replaces the intention of a pair; the reply's value is its id. With {@code onlyNew}, only creates. */
    public void put(Wish wish, boolean onlyNew, Consumer<Reply<String>> then) {
        loop.execute(() -> {
            var problem = problem(wish);
            if (problem.isPresent()) {
                then.accept(Reply.refused(Refusal.invalid(problem.get())));
                return;
            }
            var existing = store.snapshot().intention(wish.source(), wish.destination());
            if (onlyNew && existing.isPresent()) {
                then.accept(Reply.refused(new Refusal(
                        Refusal.Code.CONFLICT,
                        "duplicate intention found: there is one from " + wish.source() + " to " + wish.destination()
                                + "; delete it first or replace it")));
                return;
            }
            String id = existing.map(Intention::id).orElseGet(() -> Ids.random(loop.random()));
            var intention = new Intention(
                    id,
                    wish.source(),
                    wish.destination(),
                    wish.action(),
                    wish.description(),
                    wish.meta(),
                    loop.now(),
                    loop.now(),
                    0,
                    0);
            proposals.propose(
                    new Command.PutIntention(intention, loop.now()),
                    reply -> then.accept(
                            switch (reply) {
                                case Reply.Done<Long> done -> new Reply.Done<>(id, done.index());
                                case Reply.Refused<Long> refused -> Reply.refused(refused.refusal());
                            }));
        });
    }

    /** Deletes the intention of a pair. */
    public void delete(String source, String destination, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(new Command.DeleteIntention(source, destination, loop.now()), then));
    }

    private static Optional<String> problem(Wish wish) {
        for (String name : new String[] {wish.source(), wish.destination()}) {
            if (name.isEmpty()) {
                return Optional.of("an intention needs a source and a destination service, or * for all");
            }
            if (name.contains("*") && !name.equals("*")) {
                return Optional.of("\"" + name + "\" mixes * with a name; only * alone, for all services, is possible");
            }
            if (name.chars().anyMatch(c -> c <= ' ' || c == '/')) {
                return Optional.of("\"" + name + "\" is not a service name");
            }
        }
        return Optional.empty();
    }
}
