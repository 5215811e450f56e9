package dev.steppe.api.consul;

import dev.steppe.model.data.KeyEntry;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;

/** Keys in the shapes of the Consul API. Pure. */
final class KeyShapes {
    private KeyShapes() {}

    static SortedMap<String, Object> withValue(KeyEntry entry) {
        var shape = withoutValue(entry);
        if (entry.value().length > 0) {
            shape.put("Value", Base64.getEncoder().encodeToString(entry.value()));
        }
        return shape;
    }

    /** An empty value is shown as none. */
    static SortedMap<String, Object> withoutValue(KeyEntry entry) {
        var shape = Shapes.fields();
        shape.put("LockIndex", entry.lockIndex());
        shape.put("Key", entry.key());
        shape.put("Flags", unsigned(entry.flags()));
        shape.put("Value", Optional.empty());
        if (!entry.session().isEmpty()) {
            shape.put("Session", entry.session());
        }
        shape.put("CreateIndex", entry.createIndex());
        shape.put("ModifyIndex", entry.modifyIndex());
        return shape;
    }

    private static Object unsigned(long flags) {
        return flags >= 0 ? (Object) flags : new BigInteger(Long.toUnsignedString(flags));
    }
}
