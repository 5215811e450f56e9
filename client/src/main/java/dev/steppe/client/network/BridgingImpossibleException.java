package dev.steppe.client.network;

import java.io.IOException;

/**
 * This machine cannot give allocations networks of their own, whatever the configuration: a tool is missing or the kernel
 * refuses. Host networking works all the same.
 */
public final class BridgingImpossibleException extends IOException {
    private static final long serialVersionUID = 1;

    BridgingImpossibleException(String reason) {
        super(reason);
    }

    BridgingImpossibleException(String reason, IOException cause) {
        super(reason, cause);
    }
}
