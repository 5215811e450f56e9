package dev.steppe.language.function;

/** A function refused its arguments; the message says which and why, without the function's name. */
public final class FunctionException extends Exception {
    private static final long serialVersionUID = 1L;

    public FunctionException(String message) {
        super(message);
    }
}
