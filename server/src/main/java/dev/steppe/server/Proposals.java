package dev.steppe.server;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Proposal;
import dev.steppe.io.Loop;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.KeyOutcome;
import dev.steppe.state.LogFormat;
import dev.steppe.state.Store;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Puts commands into the replicated log and brings their outcome back to the loop. A command that older servers do not know is
 * put there only after all servers have agreed on the format of the log that has it. Callable from any thread.
 */
final class Proposals {
    private final Consensus consensus;
    private final Loop loop;
    private final Store store;
    private final FormatAgreement formats;

    Proposals(Consensus consensus, Loop loop, Store store, FormatAgreement formats) {
        this.consensus = consensus;
        this.loop = loop;
        this.store = store;
        this.formats = formats;
    }

    /** The reply's value is the index at which the command was applied. */
    void propose(Command command, Consumer<Reply<Long>> then) {
        submit(command, Proposals::reply, then);
    }

    /** The reply's value is what the transaction's operations read, or which of them failed. */
    void transact(Command.ChangeKeys command, Consumer<Reply<KeyOutcome>> then) {
        submit(command, Proposals::outcome, then);
    }

    private <T> void submit(Command command, Function<Proposal, Reply<T>> reading, Consumer<Reply<T>> then) {
        byte[] encoded = command.encode();
        if (encoded.length > Consensus.COMMAND_BYTES_MAX) {
            loop.execute(() -> then.accept(Reply.refused(Refusal.invalid("the request is too large: " + encoded.length
                    + " bytes as a log entry, at most " + Consensus.COMMAND_BYTES_MAX + " are possible"))));
            return;
        }
        Runnable send = () -> consensus.propose(encoded, proposal -> {
            var reply = reading.apply(proposal);
            loop.execute(() -> then.accept(reply));
        });
        if (command.format() <= store.snapshot().format()) {
            send.run();
        } else {
            raise(command, send, refusal -> loop.execute(() -> then.accept(Reply.refused(refusal))));
        }
    }

    /** Has the servers agree on the format that a command needs, and goes on once it is in the log. */
    private void raise(Command command, Runnable next, Consumer<Refusal> refused) {
        int format = command.format();
        var objections = format > LogFormat.NEWEST
                ? List.of("this server understands format " + LogFormat.NEWEST)
                : formats.raise(format);
        if (!objections.isEmpty()) {
            refused.accept(new Refusal(
                    Refusal.Code.UNSUPPORTED,
                    "this needs format " + format + " of the log, which all servers have to understand first: "
                            + String.join("; ", objections)));
            return;
        }
        consensus.propose(new Command.RaiseFormat(format, loop.now()).encode(), proposal -> {
            formats.raised(format);
            switch (reply(proposal)) {
                case Reply.Done<Long> agreed -> next.run();
                case Reply.Refused<Long> failed -> refused.accept(failed.refusal());
            }
        });
    }

    private static Reply<Long> reply(Proposal proposal) {
        return proposal instanceof Proposal.Applied applied
                ? switch ((Store.Result) applied.result()) {
                    case Store.Result.Applied done -> new Reply.Done<>(done.index(), done.index());
                    case Store.Result.Refused refused ->
                        Reply.refused(new Refusal(Refusal.Code.CONFLICT, refused.reason()));
                }
                : notApplied(proposal);
    }

    private static Reply<KeyOutcome> outcome(Proposal proposal) {
        return proposal instanceof Proposal.Applied applied
                ? switch ((Store.Result) applied.result()) {
                    case Store.Result.Applied done -> new Reply.Done<>(done.keys(), done.index());
                    case Store.Result.Refused failed
                    when !failed.keys().succeeded() -> new Reply.Done<>(failed.keys(), failed.index());
                    case Store.Result.Refused refused ->
                        Reply.refused(new Refusal(Refusal.Code.CONFLICT, refused.reason()));
                }
                : notApplied(proposal);
    }

    private static <T> Reply<T> notApplied(Proposal proposal) {
        return switch (proposal) {
            case Proposal.Applied applied -> throw new IllegalArgumentException("it was applied");
            case Proposal.NotLeader elsewhere ->
                Reply.refused(new Refusal(
                        Refusal.Code.UNAVAILABLE,
                        "No cluster leader"
                                + elsewhere
                                        .leader()
                                        .map(member -> " here; it is " + member)
                                        .orElse("")));
            case Proposal.Unavailable unavailable ->
                Reply.refused(new Refusal(
                        Refusal.Code.UNAVAILABLE,
                        unavailable.reason()
                                + (unavailable.mayStillApply()
                                        ? "; it is not known whether the request was carried out"
                                        : "")));
        };
    }
}
