package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.util.List;

/** Shows how the certificate authority of the mesh is configured. */
public final class CertificateAuthority implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Prints the configuration of the certificate authority of the mesh as JSON.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        invocation.arguments().refuseWords();
        invocation
                .terminal()
                .json(invocation
                        .consul()
                        .get("/v1/connect/ca/configuration", Query.none())
                        .body());
        return 0;
    }
}
