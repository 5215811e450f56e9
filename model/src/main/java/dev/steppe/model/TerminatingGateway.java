package dev.steppe.model;

import java.util.List;

/** What is reached outside the mesh. */
public record TerminatingGateway(List<LinkedService> services) {}
