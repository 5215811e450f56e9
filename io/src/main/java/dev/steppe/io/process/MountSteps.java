package dev.steppe.io.process;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread.Bind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The steps that build a task's view of the file system and make it the root. Directories of the machine are shown by bind
 * mounts, not copied, and are read-only with everything mounted below them.
 */
final class MountSteps {
    private static final int AT_FDCWD = -100;
    private static final int AT_RECURSIVE = 0x8000;
    private static final long ATTRIBUTE_READ_ONLY = 1;
    private static final long ATTRIBUTE_NO_SETUID = 2;
    private static final long ATTRIBUTE_NO_DEVICES = 4;
    private static final int ATTRIBUTES_BYTES = 32;
    private static final long MOVE = 8192;
    private static final int REGULAR_FILE = 0100644;
    private static final long HARMLESS = LinuxCalls.MS_NOSUID | LinuxCalls.MS_NODEV | LinuxCalls.MS_NOEXEC;

    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom", "tty");
    // What the kernel tells of the machine there is nobody's business, or is dangerous to change.
    private static final List<String> COVERED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");
    private static final List<String> UNCHANGEABLE =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private final CallProgram program;
    private final Isolation isolation;
    private final boolean recursiveAttributes;
    private final Set<Path> made = new TreeSet<>();
    private final List<Path> shown = new ArrayList<>();

    MountSteps(CallProgram program, Isolation isolation, boolean recursiveAttributes) {
        this.program = program;
        this.isolation = isolation;
        this.recursiveAttributes = recursiveAttributes;
    }

    /** Nothing mounted from here on is seen by the machine, and what the machine mounts is seen here only by a slave. */
    static void separate(CallProgram program, boolean slave) {
        long how = LinuxCalls.MS_REC | (slave ? LinuxCalls.MS_SLAVE : LinuxCalls.MS_PRIVATE);
        mount(program, "none", "/", "", how, "");
    }

    static void bind(CallProgram program, Path source, Path target) {
        mount(program, source.toString(), target.toString(), "", LinuxCalls.MS_BIND | LinuxCalls.MS_REC, "");
    }

    /** Everything up to the point where the view is the root; {@code files} are shown instead of the machine's own. */
    void build(List<Bind> files) throws IOException {
        separate(program, false);
        mount("tmpfs", isolation.root(), "tmpfs", LinuxCalls.MS_NOSUID | LinuxCalls.MS_NODEV, "mode=755,size=4m");
        var order = new ArrayList<>(isolation.views());
        order.sort(Comparator.comparingInt(view -> view.target().getNameCount()));
        for (Isolation.View view : order) {
            if (!view.writable()) {
                show(view.source(), view.target());
            }
        }
        for (Bind file : files) {
            show(file.source(), file.target().toRealPath());
        }
        for (Isolation.View view : order) {
            if (view.writable()) {
                makePlace(view.source(), view.target());
            }
        }
        for (String kernel : List.of("/proc", "/dev", "/sys")) {
            makeDirectory(Path.of(kernel));
        }
        makeReadOnly();
        for (Isolation.View view : order) {
            if (view.writable()) {
                bind(program, view.source(), inside(view.target()));
                attributes(inside(view.target()), ATTRIBUTE_NO_SETUID | ATTRIBUTE_NO_DEVICES, view.source());
            }
        }
        devices();
        kernel();
        for (Path hidden : isolation.hidden()) {
            hide(hidden);
        }
        program.call("enter " + isolation.root(), SystemCall.CHDIR, text(isolation.root()));
        long here = program.data().text(".");
        if (isolation.pivoting()) {
            program.call("make the view the root", SystemCall.PIVOT_ROOT, here, here);
            program.call("leave the machine's root", SystemCall.UMOUNT2, here, LinuxCalls.MNT_DETACH);
        } else {
            mount(program, ".", "/", "", MOVE, "");
            program.call("make the view the root", SystemCall.CHROOT, here);
        }
        program.call("enter /", SystemCall.CHDIR, program.data().text("/"));
    }

    private void show(Path source, Path target) throws IOException {
        makePlace(source, target);
        bind(program, source, inside(target));
        shown.add(target);
    }

    private void makePlace(Path source, Path target) throws IOException {
        if (Files.isDirectory(source)) {
            makeDirectory(target);
            return;
        }
        makeDirectory(target.getParent());
        if (isBelowShown(target)) {
            requireThere(target);
        } else {
            program.call("make " + target, SystemCall.MKNODAT, AT_FDCWD, text(inside(target)), REGULAR_FILE, 0);
        }
    }

    private void makeDirectory(Path target) throws IOException {
        if (target.getNameCount() == 0 || !made.add(target)) {
            return;
        }
        if (isBelowShown(target)) {
            // Made here it would appear on the machine.
            requireThere(target);
            return;
        }
        makeDirectory(target.getParent());
        program.call("make " + target, SystemCall.MKDIRAT, AT_FDCWD, text(inside(target)), 0755);
    }

    private boolean isBelowShown(Path target) {
        return shown.stream().anyMatch(target::startsWith);
    }

    private void requireThere(Path target) throws IOException {
        var view = isolation.views().stream()
                .filter(each -> target.startsWith(each.target()) && !target.equals(each.target()))
                .max(Comparator.comparingInt(each -> each.target().getNameCount()));
        if (view.isPresent()
                && !Files.exists(view.get().source().resolve(view.get().target().relativize(target)))) {
            throw new IOException("nothing can be shown at " + target + " in the task's view, since "
                    + view.get().source() + " is shown at " + view.get().target()
                    + " and has no such file or directory");
        }
    }

    private void makeReadOnly() throws IOException {
        long wanted = ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SETUID | ATTRIBUTE_NO_DEVICES;
        if (recursiveAttributes) {
            setAttributes(isolation.root(), wanted);
            return;
        }
        for (Isolation.View view : isolation.views()) {
            if (!view.writable()) {
                attributes(inside(view.target()), wanted, view.source());
            }
        }
        remount(isolation.root(), wanted, 0);
    }

    /** Sets flags on a mount that shows the source, and on everything mounted below. */
    private void attributes(Path target, long wanted, Path source) throws IOException {
        if (recursiveAttributes) {
            setAttributes(target, wanted);
            return;
        }
        var real = source.toRealPath();
        remount(target, wanted, 0);
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            var fields = line.split(" ", 7);
            var at = Path.of(fields[4].replace("\\040", " ").replace("\\134", "\\"));
            if (at.startsWith(real) && !at.equals(real)) {
                long kept = fields[5].contains("noexec") ? LinuxCalls.MS_NOEXEC : 0;
                remount(target.resolve(real.relativize(at)), wanted, kept);
            }
        }
    }

    private void setAttributes(Path target, long wanted) {
        var attributes = program.data().words(wanted, 0, LinuxCalls.MS_PRIVATE, 0);
        program.call(
                "protect " + target,
                SystemCall.MOUNT_SETATTR,
                AT_FDCWD,
                text(target),
                AT_RECURSIVE,
                attributes,
                ATTRIBUTES_BYTES);
    }

    private void remount(Path target, long attributes, long flags) {
        // The three attributes have the numbers of the flags.
        mount("none", target, "", LinuxCalls.MS_REMOUNT | LinuxCalls.MS_BIND | attributes | flags, "");
    }

    private void devices() {
        var directory = inside(Path.of("/dev"));
        mount("tmpfs", directory, "tmpfs", LinuxCalls.MS_NOSUID | LinuxCalls.MS_NOEXEC, "mode=755,size=64k");
        for (String device : DEVICES) {
            var node = directory.resolve(device);
            program.call("make " + node, SystemCall.MKNODAT, AT_FDCWD, text(node), REGULAR_FILE, 0);
            bind(program, Path.of("/dev", device), node);
        }
        link("/proc/self/fd", directory.resolve("fd"));
        link("/proc/self/fd/0", directory.resolve("stdin"));
        link("/proc/self/fd/1", directory.resolve("stdout"));
        link("/proc/self/fd/2", directory.resolve("stderr"));
        link("pts/ptmx", directory.resolve("ptmx"));
        for (String name : List.of("pts", "shm")) {
            var place = directory.resolve(name);
            program.call("make " + place, SystemCall.MKDIRAT, AT_FDCWD, text(place), 0755);
        }
        long quiet = LinuxCalls.MS_NOSUID | LinuxCalls.MS_NOEXEC;
        mount("devpts", directory.resolve("pts"), "devpts", quiet, "newinstance,ptmxmode=0666,mode=0620");
        mount("tmpfs", directory.resolve("shm"), "tmpfs", HARMLESS, "mode=1777,size=64m");
        mount(
                "none",
                directory,
                "",
                LinuxCalls.MS_REMOUNT | LinuxCalls.MS_BIND | LinuxCalls.MS_RDONLY | quiet | LinuxCalls.MS_NODEV,
                "");
    }

    private void kernel() {
        mount("proc", inside(Path.of("/proc")), "proc", HARMLESS, "");
        mount("sysfs", inside(Path.of("/sys")), "sysfs", HARMLESS | LinuxCalls.MS_RDONLY, "");
        UNCHANGEABLE.stream().map(Path::of).filter(Files::exists).forEach(path -> {
            bind(program, inside(path), inside(path));
            remount(inside(path), LinuxCalls.MS_RDONLY, HARMLESS);
        });
        COVERED.stream().map(Path::of).filter(Files::exists).forEach(path -> cover(path, Files.isDirectory(path)));
    }

    private void hide(Path hidden) throws IOException {
        for (Isolation.View view : isolation.views()) {
            if (Files.exists(hidden)) {
                var source = view.source().toRealPath();
                var real = hidden.toRealPath();
                if (real.startsWith(source)) {
                    cover(view.target().resolve(source.relativize(real)), Files.isDirectory(real));
                }
            }
        }
    }

    private void cover(Path path, boolean directory) {
        if (directory) {
            mount("tmpfs", inside(path), "tmpfs", HARMLESS | LinuxCalls.MS_RDONLY, "mode=555,size=0");
        } else {
            bind(program, Path.of("/dev/null"), inside(path));
        }
    }

    private void link(String content, Path place) {
        program.call("make " + place, SystemCall.SYMLINKAT, program.data().text(content), AT_FDCWD, text(place));
    }

    private Path inside(Path target) {
        return isolation.root().resolve(Path.of("/").relativize(target));
    }

    private long text(Path path) {
        return program.data().text(path.toString());
    }

    private void mount(String source, Path target, String type, long flags, String options) {
        mount(program, source, target.toString(), type, flags, options);
    }

    private static void mount(
            CallProgram program, String source, String target, String type, long flags, String options) {
        program.call(
                "show " + source + " at " + target,
                SystemCall.MOUNT,
                program.data().text(source),
                program.data().text(target),
                type.isEmpty() ? 0 : program.data().text(type),
                flags,
                options.isEmpty() ? 0 : program.data().text(options));
    }
}
