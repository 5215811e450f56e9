package dev.steppe.server;

import dev.steppe.state.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What all servers understand of the log, as the leader has to know it. Taking a server in and agreeing on a newer format both
 * take a while, and are seen neither among the members nor in the state before they are over: what is on its way keeps the one
 * out of the other. Callable from any thread.
 */
final class FormatAgreement {
    private final Store store;
    private final List<Newcomer> coming = new ArrayList<>();
    private final List<Integer> rising = new ArrayList<>();
    private MemberFormats others = MemberFormats.alone();

    FormatAgreement(Store store) {
        this.store = store;
    }

    /** From now on the log has other servers, which are asked what they understand. */
    synchronized void ask(MemberFormats formats) {
        others = formats;
    }

    /** Each server that a format has to wait for, and why; where there is none the format is on its way from now on. */
    synchronized List<String> raise(int format) {
        var objections = new ArrayList<>(others.objections(format));
        for (Newcomer newcomer : coming) {
            if (newcomer.format() < format) {
                objections.add("server " + newcomer.name() + ", which is being taken in, understands format "
                        + newcomer.format() + ": upgrade it");
            }
        }
        if (objections.isEmpty()) {
            rising.add(format);
        }
        return objections;
    }

    /**
     * The format is in the state by now, or will not be in this leadership: where nobody can tell, leadership was lost, and
     * whoever leads has applied all that came before.
     */
    synchronized void raised(int format) {
        rising.remove(Integer.valueOf(format));
    }

    /** Why a server cannot be taken in, because it would leave out what others carry out; where it can, it is on its way. */
    synchronized Optional<String> admit(Newcomer newcomer) {
        int agreed = store.snapshot().format();
        for (int format : rising) {
            agreed = Math.max(agreed, format);
        }
        if (newcomer.format() < agreed) {
            return Optional.of("server " + newcomer.name() + " understands format " + newcomer.format()
                    + " of the log, and the servers have agreed on " + agreed + ": install the version that they have");
        }
        coming.add(newcomer);
        return Optional.empty();
    }

    /** It is a member by now, or did not become one. */
    synchronized void admitted(Newcomer newcomer) {
        coming.remove(newcomer);
    }
}
