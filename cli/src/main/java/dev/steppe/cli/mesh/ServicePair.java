package dev.steppe.cli.mesh;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.Query;

/** The two services an intention speaks about. */
record ServicePair(String source, String destination) {

    /** The two positional words of a command. */
    static ServicePair of(Arguments arguments) throws UsageException {
        var words = arguments.words();
        if (words.size() != 2) {
            throw new UsageException("this command takes two arguments, the calling and the called service; got "
                    + (words.isEmpty() ? "none" : words.size() + ": " + String.join(" ", words)));
        }
        return new ServicePair(words.getFirst(), words.getLast());
    }

    Query query() {
        return Query.of("source", source).and("destination", destination);
    }
}
