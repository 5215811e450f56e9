package dev.steppe.client.driver;

import dev.steppe.model.specification.ConfigKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a container sees besides its image: directories of the task, of the machine, volumes, memory and devices. */
final class DockerMounts {
    private final TaskContext task;
    private final DockerSettings settings;

    DockerMounts(TaskContext task, DockerSettings settings) {
        this.task = task;
        this.settings = settings;
    }

    /** The blocks {@code mount} and, as older files have it, {@code mounts}. */
    static List<SortedMap<String, Object>> blocks(SortedMap<String, Object> config) {
        var blocks = new ArrayList<>(ConfigKeys.blocks(config, "mount"));
        blocks.addAll(ConfigKeys.blocks(config, "mounts"));
        return blocks;
    }

    static String type(SortedMap<String, Object> mount) {
        return mount.containsKey("type") ? ConfigKeys.text(mount, "type") : "volume";
    }

    /** In the form {@code source:target:options}; what the engine does not find there it makes. */
    List<String> binds(List<String> further) throws DriverException {
        var directories = task.directories();
        var binds = new ArrayList<String>();
        binds.add(bind(directories.shared() + ":/alloc", ""));
        binds.add(bind(directories.local() + ":/local", ""));
        binds.add(bind(directories.secrets() + ":/secrets", ""));
        binds.addAll(further);
        boolean ofEngine = task.config().containsKey("volume_driver");
        for (String volume : ConfigKeys.texts(task.config(), "volumes")) {
            var parts = volume.split(":", -1);
            var source = ofEngine ? parts[0] : source(parts[0]).toString();
            binds.add(bind(source + ":" + parts[1], parts.length > 2 ? parts[2] : ""));
        }
        return binds;
    }

    private String bind(String paths, String options) {
        var label = settings.containers().selinuxLabel();
        var all = options.isEmpty() || label.isEmpty() ? options + label : options + "," + label;
        return all.isEmpty() ? paths : paths + ":" + all;
    }

    /** Unlike binds these fail when the directory is gone, rather than making an empty one. */
    List<Object> mounts() throws DriverException {
        var mounts = new ArrayList<Object>();
        for (TaskVolume volume : task.volumes()) {
            mounts.add(new TreeMap<>(Map.of(
                    "Type", "bind",
                    "Source", volume.source().toString(),
                    "Target", volume.target().toString(),
                    "ReadOnly", volume.readOnly())));
        }
        for (SortedMap<String, Object> block : blocks(task.config())) {
            mounts.add(mount(block));
        }
        return mounts;
    }

    private SortedMap<String, Object> mount(SortedMap<String, Object> block) throws DriverException {
        var mount = new TreeMap<String, Object>();
        var type = type(block);
        mount.put("Type", type);
        mount.put("Target", ConfigKeys.text(block, "target"));
        mount.put("ReadOnly", ConfigKeys.flag(block, "readonly"));
        var source = ConfigKeys.text(block, "source");
        switch (type) {
            case "bind" -> {
                mount.put("Source", source(source).toString());
                var propagation = ConfigKeys.text(ConfigKeys.block(block, "bind_options"), "propagation");
                if (!propagation.isEmpty()) {
                    mount.put("BindOptions", Map.of("Propagation", propagation));
                }
            }
            case "tmpfs" -> mount.put("TmpfsOptions", memory(ConfigKeys.block(block, "tmpfs_options")));
            default -> {
                mount.put("Source", source);
                mount.put("VolumeOptions", volume(ConfigKeys.block(block, "volume_options")));
            }
        }
        return mount;
    }

    private static SortedMap<String, Object> memory(SortedMap<String, Object> block) {
        var options = new TreeMap<String, Object>();
        if (block.containsKey("size")) {
            options.put("SizeBytes", ConfigKeys.number(block, "size"));
        }
        if (block.containsKey("mode")) {
            options.put("Mode", ConfigKeys.number(block, "mode"));
        }
        return options;
    }

    private static SortedMap<String, Object> volume(SortedMap<String, Object> block) {
        var options = new TreeMap<String, Object>();
        options.put("NoCopy", ConfigKeys.flag(block, "no_copy"));
        options.put("Labels", ConfigKeys.textMap(block, "labels"));
        var driver = ConfigKeys.block(block, "driver_config");
        if (!driver.isEmpty()) {
            options.put(
                    "DriverConfig",
                    Map.of("Name", ConfigKeys.text(driver, "name"), "Options", ConfigKeys.textMap(driver, "options")));
        }
        return options;
    }

    /** A relative path is below the task's directory, and stays there: a task may have left links for its next start. */
    Path source(String text) throws DriverException {
        var path = Path.of(text);
        if (path.isAbsolute()) {
            return path.normalize();
        }
        var base = task.directories().task();
        var wanted = base.resolve(path).normalize();
        try {
            var existing = wanted;
            while (!Files.exists(existing, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                existing = existing.getParent();
            }
            if (!settings.permissions().volumes() && !existing.toRealPath().startsWith(base.toRealPath())) {
                throw DriverException.refused("\"" + text + "\" is a link that leads out of the task's directory");
            }
            return wanted;
        } catch (IOException unreadable) {
            throw DriverException.failed("\"" + text + "\" in the task's directory cannot be looked at", unreadable);
        }
    }

    static List<Object> devices(SortedMap<String, Object> config) {
        var devices = new ArrayList<Object>();
        for (SortedMap<String, Object> block : ConfigKeys.blocks(config, "devices")) {
            var path = ConfigKeys.text(block, "host_path");
            devices.add(new TreeMap<>(Map.of(
                    "PathOnHost", path,
                    "PathInContainer", or(ConfigKeys.text(block, "container_path"), path),
                    "CgroupPermissions", or(ConfigKeys.text(block, "cgroup_permissions"), "rwm"))));
        }
        return devices;
    }

    private static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }
}
