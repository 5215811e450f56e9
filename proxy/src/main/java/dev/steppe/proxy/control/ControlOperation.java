package dev.steppe.proxy.control;

/**
 * What an agent may ask of a proxy. A message is a length of four bytes, one byte (the operation, or in an answer 0 for done
 * and 1 for failed) and the rest; texts are UTF-8.
 */
enum ControlOperation {
    /** Reads the configuration file and serves it. Answer: lines, what could not be done. */
    APPLY,
    /** Answer: a report. */
    REPORT,
    /** Accepts nothing more and ends when the last call is over, or after as many milliseconds as the text says. */
    DRAIN;

    static final int MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
    static final int REQUEST_BYTES_MAX = 1_024;
    static final byte DONE = 0;
    static final byte FAILED = 1;
}
