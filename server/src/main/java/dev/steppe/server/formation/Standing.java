package dev.steppe.server.formation;

import dev.steppe.model.codec.Json;

/**
 * What a server tells another one about itself before both are in one group.
 *
 * @param logAddress where its part of the log is reached
 * @param expected how many servers it was told to begin with; 0 for one that only joins
 * @param formed whether it is part of a group
 */
public record Standing(@Json("ID") String id, String name, String logAddress, long expected, boolean formed) {}
