package dev.steppe.state;

import dev.steppe.model.AllocatedDevice;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** How much of one device is held, in thousandths of it, and by whom. */
public record DeviceUse(int held, SortedMap<String, Integer> holders) {
    private static final DeviceUse NONE = new DeviceUse(0, Collections.emptySortedMap());

    /** A device nobody holds. */
    static DeviceUse none() {
        return NONE;
    }

    /** What is left of it. */
    public int free() {
        return AllocatedDevice.WHOLE - held;
    }

    /** The same with as much more, or less where negative, for one holder. */
    DeviceUse changed(String holder, int thousandths) {
        var changed = new TreeMap<>(holders);
        int now = changed.merge(holder, thousandths, Integer::sum);
        if (now == 0) {
            changed.remove(holder);
        }
        return new DeviceUse(held + thousandths, Collections.unmodifiableSortedMap(changed));
    }
}
