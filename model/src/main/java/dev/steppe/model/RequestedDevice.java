package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;
import java.util.Optional;

/**
 * Devices a task needs, by type, vendor and type, or vendor, type and model. With a share, from 0.01 to 1, the task leaves the
 * rest of one device to others.
 */
public record RequestedDevice(
        String name,
        @Default("1") int count,
        Optional<Double> share,
        List<Constraint> constraints,
        List<Affinity> affinities) {

    /** How much of each device the task needs: shares are counted in thousandths. */
    public int thousandths() {
        return AllocatedDevice.thousandths(share);
    }
}
