package dev.steppe.client.driver;

import dev.steppe.io.process.Isolation;
import dev.steppe.model.specification.ConfigKeys;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The jar and the class path of a Java task that name files of the machine its view does not have: each is shown
 * read-only below {@code /machine}, and the config names it there. Only what everybody on the machine may read is shown.
 */
record ShownProgram(SortedMap<String, Object> config, List<Isolation.View> shown) {
    private static final Path PLACE = Path.of("/machine");

    static ShownProgram of(SortedMap<String, Object> config, IsolationSettings isolation) throws DriverException {
        var changed = new TreeMap<>(config);
        var shown = new ArrayList<Isolation.View>();
        for (String key : List.of("jar_path", "class_path")) {
            if (config.containsKey(key)) {
                var parts = new ArrayList<String>();
                for (String part : ConfigKeys.text(config, key).split(File.pathSeparator, -1)) {
                    parts.add(show(key, part, isolation, shown));
                }
                changed.put(key, String.join(File.pathSeparator, parts));
            }
        }
        return new ShownProgram(changed, shown);
    }

    private static String show(String key, String part, IsolationSettings isolation, List<Isolation.View> shown)
            throws DriverException {
        String wildcard = part.endsWith("/*") ? "/*" : "";
        Path path =
                Path.of(part.substring(0, part.length() - wildcard.length())).normalize();
        if (!path.isAbsolute() || isolation.shows(path) || !Files.exists(path)) {
            return part;
        }
        if (isolation.hidden().stream().anyMatch(path::startsWith)) {
            throw DriverException.refused(
                    key + " \"" + part + "\" is in a directory of the agent, which tasks never see");
        }
        if (!isReadableByAll(path)) {
            throw DriverException.refused(key + " \"" + part + "\" is not readable by everybody on this machine; run:"
                    + " chmod -R a+rX " + path + " (and a+x for the directories above it)");
        }
        Path place = PLACE.resolve(Path.of("/").relativize(path));
        if (shown.stream().noneMatch(view -> place.startsWith(view.target()))) {
            shown.add(Isolation.View.readOnly(path, place));
        }
        return place + wildcard;
    }

    private static boolean isReadableByAll(Path path) throws DriverException {
        try {
            boolean readable = Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
            for (Path at = path.toRealPath().getParent(); at != null && readable; at = at.getParent()) {
                readable = Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE);
            }
            return readable;
        } catch (IOException gone) {
            throw DriverException.failed(path + " cannot be looked at", gone);
        }
    }
}
