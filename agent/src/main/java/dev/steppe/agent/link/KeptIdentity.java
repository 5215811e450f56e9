package dev.steppe.agent.link;

import dev.steppe.security.Secret;
import dev.steppe.security.certificate.PemText;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.Credentials;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What an agent keeps of a certificate that the servers made for it.
 *
 * @param role what it is
 * @param node the node that a client's certificate is for
 */
public record KeptIdentity(String role, String node, String keyPem, String chainPem, List<String> rootsPem) {

    public AgentRole agentRole() {
        return AgentRole.of(role).orElse(AgentRole.CLIENT);
    }

    /** The same, which also believes these authorities. */
    KeptIdentity believing(List<String> others) {
        var all = new LinkedHashSet<>(rootsPem);
        all.addAll(others);
        return new KeptIdentity(role, node, keyPem, chainPem, List.copyOf(all));
    }

    /** What connections are made with. The root follows the certificate, so that a newcomer can look at it. */
    public Credentials credentials() throws IOException {
        try {
            var roots = new ArrayList<X509Certificate>();
            for (String pem : rootsPem) {
                roots.addAll(PemText.certificates(pem));
            }
            var chain = new ArrayList<>(PemText.certificates(chainPem));
            var issuer = chain.getLast().getIssuerX500Principal();
            roots.stream()
                    .filter(root -> root.getSubjectX500Principal().equals(issuer))
                    .forEach(chain::add);
            return new Credentials(chain, PemText.privateKey(Secret.ofText(keyPem)), roots);
        } catch (GeneralSecurityException damaged) {
            throw new IOException(
                    "the certificate that this agent keeps cannot be read: " + damaged.getMessage(), damaged);
        }
    }

    @Override
    public String toString() {
        return "KeptIdentity[" + role + ", " + node + "]";
    }
}
