package dev.steppe.state;

import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import java.time.Instant;
import java.util.Optional;

/** Applies what makes jobs out of jobs: launches of periodic ones and dispatches of parameterized ones. */
final class LaunchChanges {
    private final Snapshot before;
    private final Draft draft;

    LaunchChanges(Snapshot before, Draft draft) {
        this.before = before;
        this.draft = draft;
    }

    /** A job is new, changed or stopped: launches count from now on when its times are others than before. */
    void registered(Optional<Job> earlier, JobKey key, Instant at) {
        var now = draft.jobs.get(key).filter(Job::isLaunching);
        if (now.isEmpty()) {
            draft.removeLaunch(key);
            return;
        }
        boolean sameTimes = earlier.filter(Job::isLaunching)
                .filter(job -> job.spec().periodic().equals(now.get().spec().periodic()))
                .isPresent();
        if (!sameTimes || before.periodicLaunch(key).isEmpty()) {
            draft.put(new PeriodicLaunch(key.namespace(), key.id(), at, draft.index, draft.index));
        }
    }

    Optional<String> launch(Command.LaunchPeriodic command) {
        var parent = before.job(command.key()).filter(job -> job.jobModifyIndex() == command.parentIndex());
        var decided = before.periodicLaunch(command.key());
        if (parent.isEmpty()) {
            return Optional.of("job " + command.key() + " changed since the launch was decided");
        }
        if (!command.forced()) {
            if (decided.isEmpty() || !command.launch().isAfter(decided.get().launch())) {
                return Optional.of(
                        "the launch of " + command.key() + " at " + command.launch() + " is decided already");
            }
            draft.put(new PeriodicLaunch(
                    command.namespace(),
                    command.parent(),
                    command.launch(),
                    decided.get().createIndex(),
                    draft.index));
        }
        var child = command.child().filter(spec -> before.job(spec.key()).isEmpty());
        if (child.isEmpty() && command.forced()) {
            return Optional.of("job " + command.key() + " was launched in this very second; try again");
        }
        child.ifPresent(spec -> {
            put(spec, JobOrigin.launched(parent.get()), command.at());
            draft.putAll(command.evaluation().stream().toList(), command.at());
        });
        return Optional.empty();
    }

    Optional<String> dispatch(Command.DispatchJob command) {
        var parent = before.job(command.key()).filter(job -> job.jobModifyIndex() == command.parentIndex());
        if (parent.isEmpty() || parent.get().stop()) {
            return Optional.of("job " + command.key() + " changed or was stopped since the dispatch was decided");
        }
        if (before.job(command.child().key()).isPresent()) {
            return Optional.of("job " + command.child().key() + " is there already");
        }
        String token = command.origin().dispatchIdempotencyToken();
        boolean again = !token.isEmpty()
                && before.childrenOf(command.key()).stream()
                        .anyMatch(child ->
                                child.origin().dispatchIdempotencyToken().equals(token));
        if (again) {
            return Optional.of("job " + command.key() + " was dispatched with the token \"" + token + "\" already");
        }
        put(command.child(), command.origin(), command.at());
        registered(Optional.empty(), command.child().key(), command.at());
        draft.putAll(command.evaluation().stream().toList(), command.at());
        return Optional.empty();
    }

    private void put(JobSpec spec, JobOrigin origin, Instant at) {
        draft.put(new Job(spec, false, false, 0, at, draft.index, draft.index, draft.index, Optional.empty(), origin));
    }
}
