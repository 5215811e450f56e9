package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.ThreadLoop;
import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;

/** Whom the name service answers where callers need tokens. */
class NameAskersTest {
    @Test
    void this_machine_is_answered_at_all_its_addresses_and_another_one_once_there_is_the_token_for_it()
            throws Exception {
        var elsewhere = InetAddress.getByName("192.0.2.7");
        try (var loop = new ThreadLoop("test")) {
            var askers = new NameAskers(loop);
            for (var address : NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .toList()) {
                assertThat(askers.test(address)).as(address.toString()).isTrue();
            }
            assertThat(askers.test(elsewhere)).isFalse();
            askers.answerOthers("digest", "digest"::equals);
            await("the token is known", () -> askers.test(elsewhere));
        }
    }
}
