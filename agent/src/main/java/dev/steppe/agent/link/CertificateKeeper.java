package dev.steppe.agent.link;

import dev.steppe.io.Loop;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.security.certificate.PemText;
import dev.steppe.security.certificate.Rotation;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.Credentials;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Renews an agent's certificate before it ends, and tries until it succeeds; connections that are made afterwards use the
 * new one. Where the cluster has another authority, as after a restore, that one is believed at once, then the
 * certificate is renewed, and the authority of the former one is believed until the next renewal: others may still show
 * certificates of it. Owned by its loop.
 */
public final class CertificateKeeper {
    private static final System.Logger LOG = System.getLogger(CertificateKeeper.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int PATIENT_FAILURES = 8;

    private final Loop loop;
    private final AgentTls tls;
    private final LinkFiles files;
    private final Source source;
    private final SecureRandom random;
    private final double jitter;
    private int failures;
    private boolean closed;

    /** Where the next certificate comes from. */
    public interface Source {
        /** The authorities of the cluster in PEM, the one that signs first; none where this agent does not know. */
        List<String> authorities();

        /** A certificate for the request. Blocks. */
        KeptIdentity renew(AgentRequest request) throws IOException, InterruptedException;
    }

    public CertificateKeeper(Loop loop, AgentTls tls, LinkFiles files, Source source, SecureRandom random) {
        this.loop = loop;
        this.tls = tls;
        this.files = files;
        this.source = source;
        this.random = random;
        this.jitter = random.nextDouble();
    }

    public void start() {
        loop.execute(this::look);
    }

    public void close() {
        loop.execute(() -> closed = true);
    }

    private void look() {
        if (closed) {
            return;
        }
        if (!believe()) {
            loop.after(LOOK_EVERY, this::look);
            return;
        }
        var present = tls.credentials();
        var decision = Rotation.decide(present.notBefore(), present.notAfter(), loop.now(), jitter);
        boolean outdated = isOutdated();
        if (decision instanceof Rotation.Decision.Keep && !outdated) {
            failures = 0;
            loop.after(LOOK_EVERY, this::look);
            return;
        }
        loop.<Instant>offload("renew-agent-certificate", () -> renew(outdated), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<Instant> done -> {
                    failures = 0;
                    LOG.log(Level.INFO, "the certificate of this agent was renewed until=" + done.value());
                    loop.after(LOOK_EVERY, this::look);
                }
                case Loop.Outcome.Failed<Instant> failed -> {
                    failures++;
                    LOG.log(
                            Level.WARNING,
                            "the certificate of this agent could not be renewed until=" + present.notAfter()
                                    + " reason=" + failed.reason().getMessage());
                    loop.after(Rotation.backoff(Math.min(failures, PATIENT_FAILURES), jitter), this::look);
                }
            }
        });
    }

    /** Accepts whoever shows a certificate of the cluster's authorities from now on; false when that fails. */
    private boolean believe() {
        try {
            var known = new LinkedHashSet<>(tls.credentials().roots());
            if (known.addAll(certificates(source.authorities()))) {
                var present = tls.credentials();
                var kept = files.identity();
                if (kept.isPresent()) {
                    files.keep(kept.get().believing(source.authorities()));
                }
                tls.replace(new Credentials(present.chain(), present.key(), List.copyOf(known)));
                LOG.log(Level.INFO, "another authority is believed from now on");
            }
            return true;
        } catch (GeneralSecurityException | IOException failed) {
            LOG.log(Level.WARNING, "the cluster's authority cannot be believed reason=" + failed.getMessage());
            return false;
        }
    }

    /** Whether the certificate comes from another authority than the one that signs now. */
    private boolean isOutdated() {
        var signing = source.authorities().stream().findFirst();
        if (signing.isEmpty()) {
            return false;
        }
        var present = tls.credentials();
        try {
            AgentTls.checkIssued(new Credentials(present.chain(), present.key(), PemText.certificates(signing.get())));
            return false;
        } catch (GeneralSecurityException another) {
            return true;
        }
    }

    private static List<X509Certificate> certificates(List<String> pems) throws CertificateException {
        var all = new ArrayList<X509Certificate>();
        for (String pem : pems) {
            all.addAll(PemText.certificates(pem));
        }
        return all;
    }

    private Instant renew(boolean outdated) throws IOException, InterruptedException, GeneralSecurityException {
        var request = AgentRequest.create(random);
        var made = source.renew(request);
        var former = files.identity().filter(kept -> outdated).map(KeptIdentity::rootsPem);
        var renewed = former.map(made::believing).orElse(made);
        var credentials = renewed.credentials();
        if (!request.isFor(credentials.certificate())) {
            throw new IOException("the certificate that came is for another key");
        }
        files.keep(renewed);
        tls.replace(credentials);
        return credentials.notAfter();
    }
}
