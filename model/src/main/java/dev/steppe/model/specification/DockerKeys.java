package dev.steppe.model.specification;

import dev.steppe.model.specification.ConfigKeys.Form;

/** What may stand in the config of a docker task. */
final class DockerKeys {
    private static final ConfigKeys MOUNT = new ConfigKeys()
            .require("target", Form.TEXT)
            .with("type", Form.TEXT)
            .with("source", Form.TEXT)
            .with("readonly", Form.BOOLEAN)
            .blocks("bind_options", new ConfigKeys().with("propagation", Form.TEXT))
            .blocks("tmpfs_options", new ConfigKeys().with("size", Form.NUMBER).with("mode", Form.NUMBER))
            .blocks(
                    "volume_options",
                    new ConfigKeys()
                            .with("no_copy", Form.BOOLEAN)
                            .with("labels", Form.TEXT_MAP)
                            .blocks(
                                    "driver_config",
                                    new ConfigKeys().with("name", Form.TEXT).with("options", Form.TEXT_MAP)));

    private static final ConfigKeys AUTH = new ConfigKeys()
            .with("username", Form.TEXT)
            .with("password", Form.TEXT)
            .with("email", Form.TEXT)
            .with("server_address", Form.TEXT);

    private static final ConfigKeys LOGGING =
            new ConfigKeys().with("type", Form.TEXT).with("driver", Form.TEXT).with("config", Form.TEXT_MAP);

    private static final ConfigKeys DEVICE = new ConfigKeys()
            .require("host_path", Form.TEXT)
            .with("container_path", Form.TEXT)
            .with("cgroup_permissions", Form.TEXT);

    static final ConfigKeys ALL = devices(limits(networks(program(new ConfigKeys()))));

    private DockerKeys() {}

    private static ConfigKeys program(ConfigKeys keys) {
        return keys.require("image", Form.TEXT)
                .with("command", Form.TEXT)
                .with("args", Form.TEXTS)
                .with("entrypoint", Form.TEXTS)
                .with("work_dir", Form.TEXT)
                .with("init", Form.BOOLEAN)
                .with("interactive", Form.BOOLEAN)
                .with("tty", Form.BOOLEAN)
                .with("labels", Form.TEXT_MAP)
                .with("runtime", Form.TEXT)
                .with("isolation", Form.TEXT)
                .with("container_exists_attempts", Form.NUMBER)
                .blocks("healthchecks", new ConfigKeys().with("disable", Form.BOOLEAN))
                .blocks("logging", LOGGING)
                .blocks("auth", AUTH)
                .with("auth_soft_fail", Form.BOOLEAN)
                .with("force_pull", Form.BOOLEAN)
                .with("image_pull_timeout", Form.TEXT)
                .with("load", Form.TEXT);
    }

    private static ConfigKeys networks(ConfigKeys keys) {
        return keys.with("ports", Form.TEXTS)
                .with("port_map", Form.TEXT_MAP)
                .with("network_mode", Form.TEXT)
                .with("network_aliases", Form.TEXTS)
                .with("mac_address", Form.TEXT)
                .with("ipv4_address", Form.TEXT)
                .with("ipv6_address", Form.TEXT)
                .with("advertise_ipv6_address", Form.BOOLEAN)
                .with("hostname", Form.TEXT)
                .with("dns_servers", Form.TEXTS)
                .with("dns_search_domains", Form.TEXTS)
                .with("dns_options", Form.TEXTS)
                .with("extra_hosts", Form.TEXTS);
    }

    private static ConfigKeys limits(ConfigKeys keys) {
        return keys.with("cpu_hard_limit", Form.BOOLEAN)
                .with("cpu_cfs_period", Form.NUMBER)
                .with("cpuset_cpus", Form.TEXT)
                .with("memory_hard_limit", Form.NUMBER)
                .with("oom_score_adj", Form.NUMBER)
                .with("pids_limit", Form.NUMBER)
                .with("shm_size", Form.NUMBER)
                .with("ulimit", Form.TEXT_MAP)
                .with("sysctl", Form.TEXT_MAP)
                .with("storage_opt", Form.TEXT_MAP);
    }

    private static ConfigKeys devices(ConfigKeys keys) {
        return keys.with("volumes", Form.TEXTS)
                .with("volume_driver", Form.TEXT)
                .blocks("mount", MOUNT)
                .blocks("mounts", MOUNT)
                .blocks("devices", DEVICE)
                .with("cap_add", Form.TEXTS)
                .with("cap_drop", Form.TEXTS)
                .with("privileged", Form.BOOLEAN)
                .with("readonly_rootfs", Form.BOOLEAN)
                .with("security_opt", Form.TEXTS)
                .with("group_add", Form.TEXTS)
                .with("cgroupns", Form.TEXT)
                .with("ipc_mode", Form.TEXT)
                .with("pid_mode", Form.TEXT)
                .with("uts_mode", Form.TEXT)
                .with("userns_mode", Form.TEXT);
    }
}
