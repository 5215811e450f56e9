package dev.steppe.cli.data;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.ExampleFile;

/** Writes a file to begin a variable with. */
public final class VarInit {
    private static final String HCL = """
            # A variable, to be written with: steppe var put @spec.nv.hcl

            # Tasks read what is at nomad/jobs/<job>, nomad/jobs/<job>/<group> and
            # nomad/jobs/<job>/<group>/<task> of their own without further rights.
            path = "nomad/jobs/example"

            # namespace = "default"

            items = {
              user     = "me"
              password = "a secret"
            }
            """;

    private static final String JSON = """
            {
              "Path": "nomad/jobs/example",
              "Items": {
                "user": "me",
                "password": "a secret"
              }
            }
            """;

    private VarInit() {}

    public static Command command() {
        return new ExampleFile(
                "Writes an example of a variable to a file, spec.nv.hcl or spec.nv.json if none is named.",
                "variable",
                "spec.nv",
                HCL,
                JSON);
    }
}
