package dev.steppe.agent.doctor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** One thing the doctor looks at; with a repair where {@code --fix} can do something about it. */
record Check(String name, Need need, Look look, Optional<Repair> repair) {
    /** When a check makes sense. */
    enum Need {
        NOTHING,
        /** An agent that gives allocations networks of their own. */
        BRIDGING
    }

    /** Looks and changes nothing. */
    interface Look {
        Finding at(Examination examination) throws IOException, InterruptedException;
    }

    /** Repairs and answers what was done, one sentence each. Idempotent. */
    interface Repair {
        List<String> of(Examination examination) throws IOException, InterruptedException;
    }

    static Check of(String name, Look look) {
        return new Check(name, Need.NOTHING, look, Optional.empty());
    }

    static Check ofBridging(String name, Look look) {
        return new Check(name, Need.BRIDGING, look, Optional.empty());
    }

    Check repairedBy(Repair means) {
        return new Check(name, need, look, Optional.of(means));
    }
}
