package dev.steppe.agent.tls;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.security.certificate.FileAuthority;
import dev.steppe.security.certificate.FileAuthority.SubjectWord;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Makes an authority of one's own, in two files. */
final class AuthorityCreate implements Command {
    private final CertificateFiles files;

    AuthorityCreate(Path directory) {
        this.files = new CertificateFiles(directory);
    }

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Makes an authority for the certificates of agents: <domain>-agent-ca.pem, which every agent needs, and "
                + "<domain>-agent-ca-key.pem, which no agent needs: keep it where nobody finds it. A cluster needs this "
                + "only when its certificates are to come from its operator; without, the servers make all of them.";
    }

    @Override
    public List<Flag> flags() {
        var flags = new ArrayList<>(List.of(
                Flag.text("domain", "name", "What the files and names of hosts end with. Default \"nomad\"."),
                Flag.number("days", "n", "How long it is good for. Default 1825."),
                Flag.toggle("name-constraint", "Let it vouch for localhost and names of the domain only."),
                Flag.repeated("additional-domain", "name", "With -name-constraint, another domain; may be repeated."),
                Flag.repeated("additional-name-constraint", "name", "The same as -additional-domain."),
                Flag.refused("cluster-id", "the mesh has an authority of its own, which names the cluster")));
        for (SubjectWord word : SubjectWord.values()) {
            flags.add(Flag.text(word.word(), "text", "The " + word.word().replace('-', ' ') + " of its subject."));
        }
        return flags;
    }

    @Override
    public List<Flag> commonFlags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, IOException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var domain = Lifetimes.name("domain", arguments.text("domain").orElse("nomad"));
        var more = new ArrayList<>(arguments.texts("additional-domain"));
        more.addAll(arguments.texts("additional-name-constraint"));
        var constrained = arguments.has("name-constraint");
        if (!more.isEmpty() && !constrained) {
            throw new UsageException("-additional-domain adds to what -name-constraint allows: write that too");
        }
        var subject = new LinkedHashMap<SubjectWord, String>();
        for (SubjectWord word : SubjectWord.values()) {
            arguments.text(word.word()).ifPresent(text -> subject.put(word, text));
        }
        var wish = new FileAuthority.Wish(
                subject, constrained ? domains(domain, more) : List.of(), Lifetimes.days(arguments, 1825));
        var made = FileAuthority.create(wish, invocation.terminal().clock().instant(), new SecureRandom());
        var name = CertificateFiles.authorityName(domain);
        files.write(name, made);
        invocation.terminal().line("==> Saved " + files.shown(files.certificate(name)));
        invocation.terminal().line("==> Saved " + files.shown(files.key(name)));
        return 0;
    }

    /** Agents look for names of both products' domains, whatever else they are called. */
    private static List<String> domains(String domain, List<String> more) {
        var domains = new ArrayList<>(List.of("localhost", "nomad", "consul"));
        domains.add(domain);
        domains.addAll(more);
        return domains.stream().distinct().toList();
    }
}
