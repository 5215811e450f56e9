package dev.steppe.client.check;

import dev.steppe.model.CheckStatus;
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

        String place() {
            return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
        }
    }

    /** How well it answered. */
    enum Health {
        PASSING(CheckStatus.PASSING),
        WARNING(CheckStatus.WARNING),
        CRITICAL(CheckStatus.CRITICAL);

        private final String word;

        Health(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** What came of it; the code is an HTTP status, or 0. */
    record Result(Health health, String output, int statusCode) {
        static Result passing(String output) {
            return new Result(Health.PASSING, output, 0);
        }

        static Result critical(String output) {
            return new Result(Health.CRITICAL, output, 0);
        }
    }

    Result ask(Target target) throws InterruptedException;
}
