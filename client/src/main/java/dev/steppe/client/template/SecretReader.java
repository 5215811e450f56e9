package dev.steppe.client.template;

import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.data.DataReader;
import dev.steppe.language.template.Query;
import dev.steppe.language.template.TemplateData.Answer;
import java.util.function.Consumer;

/** Reads secrets for tasks of this node, from where their {@code vault} block leads. To be called on the node's loop. */
@FunctionalInterface
public interface SecretReader {
    /** Tells the listener, on the loop, what there is, and again when it is different, until the watch is closed. */
    DataReader.Watch watch(TaskSite site, Query.Secret query, Consumer<Answer> listener);
}
