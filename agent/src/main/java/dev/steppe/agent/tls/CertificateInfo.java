package dev.steppe.agent.tls;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.client.network.Subnet6;
import dev.steppe.model.Sha256;
import dev.steppe.security.certificate.FileAuthority;
import dev.steppe.security.certificate.PemText;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Tells what a certificate in a file says: of an authority, or of an agent. */
final class CertificateInfo implements Command {
    private static final Integer DNS_NAME = 2;
    private static final Integer ADDRESS = 7;

    private final boolean authority;
    private final Path directory;

    static CertificateInfo ofAuthority(Path directory) {
        return new CertificateInfo(true, directory);
    }

    static CertificateInfo ofCertificate(Path directory) {
        return new CertificateInfo(false, directory);
    }

    private CertificateInfo(boolean authority, Path directory) {
        this.authority = authority;
        this.directory = directory;
    }

    @Override
    public String usage() {
        return authority ? "[flags] [file]" : "[flags] <file>";
    }

    @Override
    public String about() {
        return authority
                ? "Tells of an authority in a file how long it is good for and what it may vouch for."
                : "Tells of a certificate in a file for which names and how long it is good, and who signed it. With -ca "
                        + "also whether that authority did.";
    }

    @Override
    public List<Flag> flags() {
        return authority
                ? List.of(Flag.text("domain", "name", "Without a file, whose authority. Default \"nomad\"."))
                : List.of(Flag.text("ca", "file", "The authority that should have signed it: exit code 1 otherwise."));
    }

    @Override
    public List<Flag> commonFlags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, IOException {
        var arguments = invocation.arguments();
        var file = authority && arguments.words().isEmpty()
                ? new CertificateFiles(directory)
                        .authority(arguments.text("domain").orElse("nomad"))
                : directory.resolve(arguments.onlyWord("the file of a certificate"));
        var certificate = read(file);
        if (authority && certificate.getBasicConstraints() < 0) {
            throw new CommandFailure(file + " is not the certificate of an authority; use steppe tls cert info");
        }
        try {
            var signer = arguments.text("ca");
            print(
                    certificate,
                    signer.isEmpty() ? Optional.empty() : Optional.of(read(directory.resolve(signer.get()))),
                    invocation.terminal());
        } catch (GeneralSecurityException wrong) {
            throw new CommandFailure(String.valueOf(wrong.getMessage()));
        }
        return 0;
    }

    private static X509Certificate read(Path file) throws CommandFailure {
        try {
            return PemText.certificates(CertificateFiles.text(file)).getFirst();
        } catch (GeneralSecurityException wrong) {
            throw new CommandFailure(file + " is not a certificate: " + wrong.getMessage());
        }
    }

    private void print(X509Certificate certificate, Optional<X509Certificate> signer, Terminal terminal)
            throws GeneralSecurityException {
        var now = terminal.clock().instant();
        var end = certificate.getNotAfter().toInstant();
        var fields = new Fields()
                .put("Serial Number", certificate.getSerialNumber().toString())
                .put("Subject", certificate.getSubjectX500Principal().getName())
                .put("Issuer", certificate.getIssuerX500Principal().getName())
                .put("Valid From", terminal.time(certificate.getNotBefore().toInstant()))
                .put("Expires", terminal.time(end) + (now.isAfter(end) ? " (over)" : ""))
                .put("SHA-256", digest(certificate));
        if (authority) {
            var domains = FileAuthority.domains(certificate);
            fields.put("Permitted DNS Domains", domains.isEmpty() ? "any" : String.join(", ", domains));
        } else {
            fields.put("DNS Names", String.join(", ", names(certificate, DNS_NAME)))
                    .put("IP Addresses", String.join(", ", names(certificate, ADDRESS)));
        }
        terminal.fields(fields);
        if (signer.isPresent()) {
            var name = signer.get().getSubjectX500Principal().getName();
            try {
                certificate.verify(signer.get().getPublicKey());
            } catch (GeneralSecurityException other) {
                throw new GeneralSecurityException("it was not signed by " + name, other);
            }
            terminal.blankLine();
            terminal.line("Signed by " + name);
        }
    }

    private static String digest(X509Certificate certificate) throws GeneralSecurityException {
        return HexFormat.ofDelimiter(":").formatHex(Sha256.of(certificate.getEncoded()));
    }

    private static List<String> names(X509Certificate certificate, Integer kind) throws CertificateParsingException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> kind.equals(name.get(0)))
                        .map(name -> String.valueOf(name.get(1)))
                        .map(name -> kind.equals(ADDRESS) ? Subnet6.shortened(name) : name)
                        .toList();
    }
}
