package dev.steppe.agent.tls;

import dev.steppe.cli.Main;
import dev.steppe.cli.command.Command;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code steppe tls}: an authority in files and the certificates that it signs. Asks no agent. */
public final class TlsCommand {
    private static final int WORDS = 2;

    private TlsCommand() {}

    /** Runs the words after {@code steppe tls}; files are those of the directory. The result is the exit status. */
    public static int run(
            List<String> arguments, Path directory, PrintStream out, PrintStream err, Map<String, String> environment) {
        var words = arguments.subList(0, Math.min(WORDS, arguments.size()));
        var command = command(String.join(" ", words), directory);
        if (command.isEmpty()) {
            var all = new ArrayList<>(List.of("tls"));
            all.addAll(arguments);
            return Main.run(all, out, err, environment);
        }
        var rest = arguments.subList(WORDS, arguments.size());
        return Main.run("tls " + String.join(" ", words), command.get(), rest, out, err, environment);
    }

    private static Optional<Command> command(String words, Path directory) {
        return switch (words) {
            case "ca create" -> Optional.of(new AuthorityCreate(directory));
            case "ca info" -> Optional.of(CertificateInfo.ofAuthority(directory));
            case "cert create" -> Optional.of(new CertificateCreate(directory));
            case "cert info" -> Optional.of(CertificateInfo.ofCertificate(directory));
            default -> Optional.empty();
        };
    }
}
