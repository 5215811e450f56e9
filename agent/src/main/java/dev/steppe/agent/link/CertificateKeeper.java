package dev.steppe.agent.link;

import dev.steppe.io.Loop;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.security.certificate.Rotation;
import dev.steppe.wire.network.AgentTls;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;

/**
 * Renews an agent's certificate before it ends, and tries until it succeeds; connections that are made afterwards use the
 * new one. Also renews one whose authority is not the cluster's any more. Owned by its loop.
 */
public final class CertificateKeeper {
    private static final System.Logger LOG = System.getLogger(CertificateKeeper.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);
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
        /** True when the present one must go although it has not ended. */
        boolean isOutdated(AgentTls tls);

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
        var present = tls.credentials();
        var decision = Rotation.decide(present.notBefore(), present.notAfter(), loop.now(), jitter);
        if (decision instanceof Rotation.Decision.Keep && !source.isOutdated(tls)) {
            failures = 0;
            loop.after(LOOK_EVERY, this::look);
            return;
        }
        loop.<Instant>offload("renew-agent-certificate", this::renew, outcome -> {
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

    private Instant renew() throws IOException, InterruptedException, GeneralSecurityException {
        var request = AgentRequest.create(random);
        var renewed = source.renew(request);
        var credentials = renewed.credentials();
        if (!request.isFor(credentials.certificate())) {
            throw new IOException("the certificate that came is for another key");
        }
        files.keep(renewed);
        tls.replace(credentials);
        return credentials.notAfter();
    }
}
