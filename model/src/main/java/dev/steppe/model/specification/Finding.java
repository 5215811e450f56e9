package dev.steppe.model.specification;

/**
 * A field that a job uses and that does not simply work. The path is that of the API's JSON, such as
 * {@code TaskGroups[0].Count}; where names the blocks around it for people.
 */
public record Finding(String path, String where, String field, String problem, boolean refused) {

    /** The whole sentence. */
    public String message() {
        return where + field + " " + problem;
    }
}
