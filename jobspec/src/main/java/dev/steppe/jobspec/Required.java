package dev.steppe.jobspec;

import dev.steppe.model.Artifact;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.SpreadTarget;
import dev.steppe.model.Task;
import dev.steppe.model.TaskAction;
import dev.steppe.model.Template;
import dev.steppe.model.Upstream;
import dev.steppe.model.VolumeMount;
import java.util.List;

/** The attributes that blocks cannot do without. */
final class Required {
    private Required() {}

    /** The attributes a block cannot do without. */
    static List<String> of(Class<?> type) {
        if (type == Task.class) {
            return List.of("driver");
        }
        if (type == Template.class) {
            return List.of("destination");
        }
        if (type == Artifact.class) {
            return List.of("source");
        }
        if (type == ServiceCheck.class) {
            return List.of("type", "interval", "timeout");
        }
        if (type == Upstream.class) {
            return List.of("destination_name");
        }
        if (type == VolumeMount.class) {
            return List.of("volume", "destination");
        }
        if (type == TaskAction.class) {
            return List.of("command");
        }
        return type == SpreadTarget.class ? List.of("percent") : List.of();
    }
}
