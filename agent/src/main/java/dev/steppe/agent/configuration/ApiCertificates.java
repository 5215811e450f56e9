package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.Optional;

/** With what each API is served over TLS; absent where it is not. */
public record ApiCertificates(Optional<Served> nomad, Optional<Served> consul) {

    /**
     * How one API is served.
     *
     * @param asksCallers whether callers must show a certificate of the authority in the files
     * @param newestOnly whether TLS 1.2 is refused
     * @param handshakeWithin how long a caller may take to agree on a secure connection
     */
    public record Served(
            LinkSettings.OwnCertificates files, boolean asksCallers, boolean newestOnly, Duration handshakeWithin) {}
}
