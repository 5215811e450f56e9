package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.mesh.intention.Admission;
import dev.steppe.model.Ids;
import dev.steppe.model.Intention;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
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
            var existing = store.snapshot().intention(wish.source(), wish.destination());
            var replacing = onlyNew ? Admission.Replacing.NO : Admission.Replacing.YES;
            if (Admission.check(wish.source(), wish.destination(), existing, replacing)
                    instanceof Admission.Refused refused) {
                then.accept(Reply.refused(Refusal.invalid(refused.reason())));
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
                    new Command.PutIntention(intention, loop.now()), reply -> then.accept(reply.map(index -> id)));
        });
    }

    /** Deletes the intention of a pair. */
    public void delete(String source, String destination, Consumer<Reply<Long>> then) {
        loop.execute(() -> proposals.propose(new Command.DeleteIntention(source, destination, loop.now()), then));
    }
}
