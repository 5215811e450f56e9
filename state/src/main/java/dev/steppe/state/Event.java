package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Deployment;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.data.VariableKey;

/** What a command changed, published after it was applied. */
public sealed interface Event {

    /** The table the change is in. */
    Table table();

    /** What changed in the table, by its name there; empty when that may be anything in it. */
    default String subject() {
        return "";
    }

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

    /** The node is not known any more. */
    record NodeForgotten(Node node) implements Event {
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

    record DeploymentChanged(Deployment deployment) implements Event {
        @Override
        public Table table() {
            return Table.DEPLOYMENTS;
        }
    }

    /** {@code byServer} tells a change of what is wanted from a node's report. */
    record AllocationChanged(Allocation allocation, boolean byServer) implements Event {
        @Override
        public Table table() {
            return Table.ALLOCATIONS;
        }
    }

    /** Nobody asks for what this allocation was any more; its node may remove what is left of it. */
    record AllocationForgotten(AllocationId id, NodeId node) implements Event {
        @Override
        public Table table() {
            return Table.ALLOCATIONS;
        }
    }

    /** The name of a variable as a subject. */
    static String subject(VariableKey key) {
        return key.namespace() + "/" + key.path();
    }

    record VariableChanged(VariableKey key) implements Event {
        @Override
        public Table table() {
            return Table.VARIABLES;
        }

        @Override
        public String subject() {
            return Event.subject(key);
        }
    }

    record KeyChanged(String key) implements Event {
        @Override
        public Table table() {
            return Table.KEYS;
        }

        @Override
        public String subject() {
            return key;
        }
    }

    /** The whole state was replaced by that of an archive: nothing known before holds any more. */
    record Replaced() implements Event {
        @Override
        public Table table() {
            return Table.OPERATOR;
        }
    }

    /** Something else in a table changed. */
    record Other(Table table) implements Event {}
}
