package dev.steppe.cli.json;

/** Text that is not JSON; the message names the offset and what was expected there. */
public final class JsonSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonSyntaxException(String expected, int offset) {
        super("not valid JSON at offset " + offset + ": " + expected);
    }
}
