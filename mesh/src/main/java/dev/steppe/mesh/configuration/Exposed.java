package dev.steppe.mesh.configuration;

import java.util.List;

/** A port of an allocation that answers plain HTTP without an identity, for some paths only. */
public record Exposed(Address bind, List<Path> paths) {
    public Exposed {
        paths = List.copyOf(paths);
    }

    /** A path, taken literally and whole, and where inside the allocation it leads. */
    public record Path(String path, Address target) {}
}
