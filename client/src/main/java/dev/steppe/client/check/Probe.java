package dev.steppe.client.check;

import dev.steppe.model.ServiceCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Asks once whether something answers. Blocking, at most for the check's timeout. */
public interface Probe {

    /** Where and how to ask: an address as seen inside the given network namespace, or in the node's own. */
    record Target(ServiceCheck check, String address, int port, Optional<Path> namespace) {
        Duration timeout() {
            return check.timeout();
        }
    }

    /** What came of it; the code is an HTTP status, or 0. */
    record Result(boolean passing, String output, int statusCode) {}

    Result ask(Target target) throws InterruptedException;
}
