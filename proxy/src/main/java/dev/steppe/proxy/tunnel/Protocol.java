package dev.steppe.proxy.tunnel;

/**
 * The protocol {@code steppe/1}: a frame is one byte of type, three bytes of length, the payload. Calls follow each other on
 * one TLS connection: the caller sends OPEN and may send DATA at once, the destination answers ACCEPT or REFUSE; each side
 * ends its direction with END, and after both ENDs (or REFUSE and END) the next OPEN may come. RESET ends a call, and the
 * connection with it, when bytes were lost on purpose. A newer version is another name in ALPN.
 */
public final class Protocol {
    public static final int HEADER_BYTES = 4;
    /** DATA is cut from single reads, so a longer frame is a mistake or an attack. */
    public static final int DATA_BYTES_MAX = 1 << 20;

    /** Reasons are sentences, not documents. */
    public static final int CONTROL_BYTES_MAX = 4_096;

    static final int OPEN = 1;
    static final int ACCEPT = 2;
    static final int REFUSE = 3;
    static final int DATA = 4;
    static final int END = 5;
    static final int RESET = 6;

    private Protocol() {}
}
