package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** What the tasks of an allocation share. */
public record AllocatedShared(@Json("DiskMB") long diskMb, List<NetworkResource> networks, List<PortMapping> ports) {}
