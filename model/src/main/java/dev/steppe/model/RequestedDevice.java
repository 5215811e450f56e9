package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;

/** Devices a task needs, by type, vendor and type, or vendor, type and model. */
public record RequestedDevice(
        String name, @Default("1") int count, List<Constraint> constraints, List<Affinity> affinities) {}
