package dev.steppe.cli.pool;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.ExampleFile;

/** Writes a file to begin a pool of nodes with. */
public final class PoolInit {
    private static final String HCL = """
            # A pool of nodes, to be made or changed with: steppe node pool apply pool.nomad.hcl
            # Nodes are in it that say client { node_pool = "example" }; jobs ask for it with node_pool = "example".
            node_pool "example" {
              description = "What these nodes have in common"

              meta {
                owner = "me"
              }
            }
            """;

    private static final String JSON = """
            {
              "Name": "example",
              "Description": "What these nodes have in common",
              "Meta": {
                "owner": "me"
              }
            }
            """;

    private PoolInit() {}

    public static Command command() {
        return new ExampleFile(
                "Writes an example of a pool of nodes to a file, pool.nomad.hcl or pool.nomad.json if none is named.",
                "node pool",
                "pool.nomad",
                HCL,
                JSON);
    }
}
