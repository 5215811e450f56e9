package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** Makes a key that all servers of a cluster may have in common; asks no agent. */
public final class GossipKey implements Command {
    private static final int KEY_BYTES = 32;

    @Override
    public String usage() {
        return "";
    }

    @Override
    public String about() {
        return "Makes a random key of 32 bytes and prints it in base64, for encrypt in the server block of every server: "
                + "servers that do not know it are refused. It is a secret, and protects in addition to certificates.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException {
        invocation.arguments().refuseWords();
        var key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        invocation.terminal().line(Base64.getEncoder().encodeToString(key));
        return 0;
    }
}
