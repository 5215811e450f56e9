package dev.steppe.model.codec;

/** Text or bytes that are not of the expected shape. The message names the place, what was found and what was expected. */
public final class CodecException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String place;
    private final String problem;

    public CodecException(String problem) {
        this("", problem);
    }

    private CodecException(String place, String problem) {
        super(place.isEmpty() ? problem : place + ": " + problem);
        this.place = place;
        this.problem = problem;
    }

    /** The same problem seen from one level further out. */
    CodecException within(String outer) {
        return new CodecException(
                place.isEmpty() ? outer : outer + (place.startsWith("[") ? "" : ".") + place, problem);
    }

    /** The path to the value, such as {@code TaskGroups[0].Count}; empty for the whole text. */
    public String place() {
        return place;
    }
}
