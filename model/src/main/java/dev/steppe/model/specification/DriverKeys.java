package dev.steppe.model.specification;

import dev.steppe.model.JavaChoice;
import dev.steppe.model.specification.ConfigKeys.Form;
import java.util.List;
import java.util.Optional;

/** What may stand in the config of a task, for each driver that comes with Steppe; what others take is theirs to say. */
public final class DriverKeys {
    /** Makes the task's share of the processors its limit too. */
    public static final String HARD_LIMIT = "cpu_hard_limit";

    /** The keys that have a meaning only in a view of its own. */
    public static final List<String> ISOLATION = List.of("pid_mode", "ipc_mode", "cap_add", "cap_drop");

    private static final String OWN_GROUP =
            "each task has a control group of its own below the agent's; client { cgroup_parent } moves them all";

    public static final ConfigKeys EXEC = isolated(program());

    public static final ConfigKeys RAW_EXEC = program()
            .with("denied_envvars", Form.TEXTS)
            .with(HARD_LIMIT, Form.BOOLEAN)
            .without("cgroup_v1_override", OWN_GROUP)
            .without("cgroup_v2_override", OWN_GROUP)
            .without("oom_score_adj", "begin the program with \"choom -n NUMBER --\"");

    public static final ConfigKeys JAVA = isolated(new ConfigKeys()
            .with(JavaChoice.KEY, Form.TEXT)
            .with("jar_path", Form.TEXT)
            .with("class", Form.TEXT)
            .with("class_path", Form.TEXT)
            .with("jvm_options", Form.TEXTS)
            .with("args", Form.TEXTS)
            .with("work_dir", Form.TEXT));

    public static final ConfigKeys DOCKER = DockerKeys.ALL;

    private DriverKeys() {}

    /** The keys of the driver; empty for one that does not come with Steppe. */
    static Optional<ConfigKeys> of(String driver) {
        return switch (driver) {
            case "exec" -> Optional.of(EXEC);
            case "raw_exec" -> Optional.of(RAW_EXEC);
            case "java" -> Optional.of(JAVA);
            case "docker" -> Optional.of(DOCKER);
            default -> Optional.empty();
        };
    }

    private static ConfigKeys program() {
        return new ConfigKeys()
                .require("command", Form.TEXT)
                .with("args", Form.TEXTS)
                .with("work_dir", Form.TEXT);
    }

    private static ConfigKeys isolated(ConfigKeys keys) {
        return keys.with("pid_mode", Form.TEXT)
                .with("ipc_mode", Form.TEXT)
                .with("cap_add", Form.TEXTS)
                .with("cap_drop", Form.TEXTS)
                .with(HARD_LIMIT, Form.BOOLEAN);
    }
}
