package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.SourceRange;
import java.util.List;

/** A block and the variables its expressions see; labels are texts already. */
record OpenBlock(String type, List<String> labels, Body body, Scope scope, SourceRange range) {
    OpenBlock {
        labels = List.copyOf(labels);
    }

    static OpenBlock of(Body.Block block, Scope scope) {
        List<String> labels = block.labels().stream().map(Body.Label::text).toList();
        return new OpenBlock(block.type(), labels, block.body(), scope, block.range());
    }
}
