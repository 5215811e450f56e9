package dev.steppe.agent.configuration;

/**
 * One key of a configuration file.
 *
 * @param section the block it stands in, empty for the top; a star is any label
 * @param standard what holds where it is not written; in Markdown, may be empty
 * @param meaning what it does, or why it does nothing; in Markdown
 */
record Key(Dialect dialect, String section, String name, Kind kind, Fate fate, String standard, String meaning) {
    /** The whole name, as in {@code client.reserved.cpu}. */
    String path() {
        return section.isEmpty() ? name : section + "." + name;
    }

    /** True where a running agent takes another value without a new start; the meaning says so. */
    boolean isReloadable() {
        return meaning.endsWith("reloadable");
    }
}
