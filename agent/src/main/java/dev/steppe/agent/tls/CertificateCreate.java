package dev.steppe.agent.tls;

import dev.steppe.agent.tls.RoleNames.Role;
import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.security.certificate.FileAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Makes a certificate of an agent or of a person's commands, in two files. */
final class CertificateCreate implements Command {
    private static final long DAYS = 365;
    private static final String ADDRESS = "\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*";

    private final Path directory;
    private final CertificateFiles files;

    CertificateCreate(Path directory) {
        this.directory = directory;
        this.files = new CertificateFiles(directory);
    }

    @Override
    public String usage() {
        return "-server|-client|-cli [flags]";
    }

    @Override
    public String about() {
        return "Makes a certificate that the authority in this directory signs, and its key, which only this user may "
                + "read: <region>-server-nomad.pem with the name server.<region>.nomad, or, with -dc, "
                + "<datacenter>-server-consul-0.pem with the name server.<datacenter>.consul. Agents of either dialect "
                + "accept both. Files that are there are not written over.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("server", "For servers, also those that have a node."),
                Flag.toggle("client", "For agents without a server."),
                Flag.toggle("cli", "For commands and programs that show who they are; nobody can connect to it."),
                Flag.text("region", "name", "The region of the agent. Default \"global\"."),
                Flag.text("cluster-region", "name", "The same as -region."),
                Flag.text("dc", "name", "The datacenter of the agent. Default \"dc1\" where one counts."),
                Flag.text("node", "name", "With -server, the name of the host, for one more name of the certificate."),
                Flag.text("domain", "name", "What files and names end with. Default \"nomad\", with -dc \"consul\"."),
                Flag.number("days", "n", "How long it is good for, no longer than the authority. Default 365."),
                Flag.repeated("additional-dnsname", "name", "Another name of the host, as that of a load balancer."),
                Flag.repeated("additional-ipaddress", "address", "An address of the host."),
                Flag.text("ca", "file", "The authority's certificate. Default <domain>-agent-ca.pem."),
                Flag.text("key", "file", "The authority's key. Default the file beside it that ends in -key.pem."));
    }

    @Override
    public List<Flag> commonFlags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, IOException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var names = names(arguments);
        var all = new LinkedHashSet<>(names.names());
        for (String name : arguments.texts("additional-dnsname")) {
            all.add(Lifetimes.name("additional-dnsname", name));
        }
        for (String address : arguments.texts("additional-ipaddress")) {
            all.add(address(address));
        }
        var life = Lifetimes.days(arguments, DAYS);
        var ca = arguments.text("ca").isPresent()
                ? directory.resolve(arguments.text("ca").get())
                : files.authority(names.domain());
        var key = arguments.text("key").map(directory::resolve).orElseGet(() -> CertificateFiles.keyOf(ca));
        var random = new SecureRandom();
        var authority = CertificateFiles.read(ca, key, random);
        var terminal = invocation.terminal();
        terminal.line("==> Using " + files.shown(ca) + " and " + files.shown(key));
        var name = fileName(names);
        try {
            var wish = new FileAuthority.LeafWish(List.copyOf(all), names.role().isAgent(), life);
            files.write(name, authority.certify(wish, terminal.clock().instant(), random));
        } catch (GeneralSecurityException refused) {
            throw new CommandFailure(String.valueOf(refused.getMessage()));
        }
        terminal.line("==> Saved " + files.shown(files.certificate(name)) + " for " + String.join(", ", all));
        terminal.line("==> Saved " + files.shown(files.key(name)));
        return 0;
    }

    private RoleNames names(Arguments arguments) throws UsageException {
        var roles = Arrays.stream(Role.values())
                .filter(role -> arguments.has(role.word()))
                .toList();
        if (roles.size() != 1) {
            throw new UsageException("say what the certificate is for: one of -server, -client and -cli");
        }
        var node = checked(arguments, "node");
        if (node.isPresent() && roles.getFirst() != Role.SERVER) {
            throw new UsageException("-node gives a server a name; use -additional-dnsname here");
        }
        var region = checked(arguments, "region");
        return RoleNames.of(
                roles.getFirst(),
                new RoleNames.Said(
                        checked(arguments, "domain"),
                        region.isPresent() ? region : checked(arguments, "cluster-region"),
                        checked(arguments, "dc"),
                        node));
    }

    private static Optional<String> checked(Arguments arguments, String flag) throws UsageException {
        var value = arguments.text(flag);
        return value.isEmpty() ? value : Optional.of(Lifetimes.name(flag, value.get()));
    }

    private static String address(String value) throws UsageException {
        try {
            if (value.matches(ADDRESS)) {
                return InetAddress.ofLiteral(value).getHostAddress();
            }
        } catch (IllegalArgumentException notAnAddress) {
            // told below
        }
        throw new UsageException("flag -additional-ipaddress: \"" + value + "\" is no address");
    }

    private String fileName(RoleNames names) {
        if (!names.isNumbered()) {
            return names.stem();
        }
        int number = 0;
        while (files.isThere(names.stem() + "-" + number)) {
            number++;
        }
        return names.stem() + "-" + number;
    }
}
