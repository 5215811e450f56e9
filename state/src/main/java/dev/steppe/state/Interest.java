package dev.steppe.state;

import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableKey;

/** Something in the state whose change one may wait for. */
public sealed interface Interest {

    /** The table it is in. */
    Table table();

    /** The index of its last change; at least 1, and never less in a later snapshot. */
    long index(Snapshot snapshot);

    /** Anything in a table. */
    record Whole(Table table) implements Interest {
        @Override
        public long index(Snapshot snapshot) {
            return snapshot.index(table);
        }
    }

    /** One key, there or not. */
    record OneKey(String key) implements Interest {
        @Override
        public Table table() {
            return Table.KEYS;
        }

        @Override
        public long index(Snapshot snapshot) {
            return snapshot.indexOfKey(key);
        }
    }

    /** All keys that begin so. */
    record KeysUnder(String prefix) implements Interest {
        @Override
        public Table table() {
            return Table.KEYS;
        }

        @Override
        public long index(Snapshot snapshot) {
            return snapshot.indexOfKeysUnder(prefix);
        }
    }

    /** One variable, there or not. */
    record OneVariable(VariableKey key) implements Interest {
        @Override
        public Table table() {
            return Table.VARIABLES;
        }

        @Override
        public long index(Snapshot snapshot) {
            return snapshot.variable(key).map(Variable::modifyIndex).orElseGet(() -> snapshot.index(Table.VARIABLES));
        }
    }
}
