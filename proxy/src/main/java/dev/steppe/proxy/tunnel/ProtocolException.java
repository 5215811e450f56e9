package dev.steppe.proxy.tunnel;

import java.io.IOException;

/** The peer does not keep to the protocol. The tunnel cannot be used any further. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }
}
