package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;

/** What a command changed, published after it was applied. */
public sealed interface Event {

    /** The table the change is in. */
    Table table();

    record JobChanged(Job job) implements Event {
        @Override
        public Table table() {
            return Table.JOBS;
        }
    }

    record JobForgotten(JobKey key) implements Event {
        @Override
        public Table table() {
            return Table.JOBS;
        }
    }

    record NodeChanged(Node node) implements Event {
        @Override
        public Table table() {
            return Table.NODES;
        }
    }

    record EvaluationChanged(Evaluation evaluation) implements Event {
        @Override
        public Table table() {
            return Table.EVALUATIONS;
        }
    }

    /** {@code byServer} tells a change of what is wanted from a node's report. */
    record AllocationChanged(Allocation allocation, boolean byServer) implements Event {
        @Override
        public Table table() {
            return Table.ALLOCATIONS;
        }
    }

    /** Something else in a table changed. */
    record Other(Table table) implements Event {}
}
