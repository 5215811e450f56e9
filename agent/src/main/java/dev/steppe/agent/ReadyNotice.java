package dev.steppe.agent;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;

/** Tells systemd, where it started this agent and waits for it, that the agent is ready. */
final class ReadyNotice {
    private static final System.Logger LOG = System.getLogger(ReadyNotice.class.getName());

    private ReadyNotice() {}

    /** Does nothing where nobody waits: systemd names its socket in NOTIFY_SOCKET (sd_notify(3)). */
    static void send(Map<String, String> environment) throws InterruptedException {
        if (!environment.containsKey("NOTIFY_SOCKET")) {
            return;
        }
        try {
            var told =
                    new ProcessBuilder("systemd-notify", "--ready").inheritIO().start();
            if (told.waitFor() != 0) {
                LOG.log(Level.WARNING, "systemd-notify failed: systemd does not know that this agent is ready");
            }
        } catch (IOException missing) {
            LOG.log(Level.WARNING, "systemd-notify cannot be run: systemd does not know that this agent is ready");
        }
    }
}
