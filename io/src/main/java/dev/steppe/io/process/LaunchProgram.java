package dev.steppe.io.process;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.Capability;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What happens between the agent and a task's first instruction, as a program of system calls. Three processes come of
 * it: the reaper, which waits outside of every border of the task and writes down how it ended; with processes of its own, an init
 * inside the borders; and the task.
 *
 * <p>Descriptors: 0 nothing, 1 and 2 the task's output, 3 the report to the agent, 4 this program, closed at once. What is
 * opened then gets known numbers, since nothing else is open.
 */
final class LaunchProgram {
    /** Where the agent's child finds the program. */
    static final String PATH = "/proc/self/fd/4";

    static final String REAPER = "steppe-reaper";

    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;
    private static final int IMAGE = 4;
    private static final int FREE = 4;
    private static final int STATUS_SINK = 5;
    private static final int STATE = 6;

    private static final int AT_FDCWD = -100;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0100;
    private static final int O_TRUNC = 01000;
    private static final int O_PATH = 010000000;
    private static final int O_CLOEXEC = 02000000;
    private static final int PRIVATE = 0600;
    private static final int SIGCHLD = 17;
    private static final int SET_MASK = 2;
    private static final int[] KEPT_BY_LIBRARY = {32, 33};
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int ANY_CHILD = -1;
    /** The first child of the first process of a new process namespace. */
    private static final int SECOND_PROCESS = 2;

    private static final int STATUS_BYTES = 4;
    private static final int STAT_BYTES = 1024;
    private static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;
    /** As many as there are with the group, which is the last. */
    private static final int CLONE_WORDS = 11;

    private static final int CLONE_NEWCGROUP = 0x0200_0000;
    private static final int CLONE_NEWIPC = 0x0800_0000;
    private static final int CLONE_NEWPID = 0x2000_0000;

    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_SET_NAME = 15;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int AMBIENT_RAISE = 2;
    private static final int AMBIENT_CLEAR_ALL = 4;
    private static final int CAPABILITY_VERSION_3 = 0x2008_0522;

    private final CallProgram program;
    private final Processor processor;
    private final LaunchRequest request;
    private final List<Path> reaperCgroups;
    private final Machine machine;
    private final Path state;

    /** What the kernel of this machine knows. */
    record Machine(int lastCapability, boolean recursiveAttributes, boolean cgroupNamespaces) {
        private static final Path LAST_CAPABILITY = Path.of("/proc/sys/kernel/cap_last_cap");

        static Machine detect() throws IOException {
            return new Machine(
                    // By lines: a read of a single byte, as that of a whole file begins with, ends such a number.
                    Integer.parseInt(
                            Files.readAllLines(LAST_CAPABILITY).getFirst().trim()),
                    LinuxCalls.hasRecursiveMountFlags(),
                    Files.exists(Path.of("/proc/self/ns/cgroup")));
        }
    }

    private LaunchProgram(Processor processor, LaunchRequest request, List<Path> reaperCgroups, Machine machine) {
        this.program = new CallProgram(processor);
        this.processor = processor;
        this.request = request;
        this.reaperCgroups = reaperCgroups;
        this.machine = machine;
        this.state = request.stateDirectory();
    }

    /** The program for a request. */
    static CallProgram of(Processor processor, LaunchRequest request, List<Path> reaperCgroups, Machine machine)
            throws IOException {
        var launch = new LaunchProgram(processor, request, reaperCgroups, machine);
        if (request.confinement().isolation().filter(Isolation::ownProcesses).isPresent()) {
            launch.reaperOfInit();
        } else {
            launch.reaperOfTask();
        }
        return launch.program;
    }

    private void reaperOfTask() throws IOException {
        beginReaper();
        var birth = bear("the task", taskCgroups(), FREE);
        endReaper(birth.fork(), false);
        goOnAsChild(birth);
        identity(AT_FDCWD, "/proc/self/stat", AT_FDCWD, state.resolve("task").toString(), FREE);
        enterNetwork();
        var isolation = request.confinement().isolation();
        if (isolation.isPresent()) {
            borders(isolation.get());
        } else {
            ownFiles();
        }
        becomeTask();
    }

    private void reaperOfInit() throws IOException {
        var isolation = request.confinement().isolation().orElseThrow();
        beginReaper();
        program.call("status pipe", SystemCall.PIPE2, program.data().words(0), O_CLOEXEC);
        program.call("processes of its own", SystemCall.UNSHARE, CLONE_NEWPID);
        var birth = bear("the init", taskCgroups(), STATE);
        endReaper(birth.fork(), true);
        birth.fork().zeroGoesOnHere();
        name("steppe-init");
        close(FREE);
        birth.open().forEach(this::close);
        join(birth.left());
        enterNetwork();
        // The machine's view of processes, and the state, are out of reach once the view is the root.
        open("/proc", O_PATH).expecting(FREE);
        open(state.toString(), O_PATH).expecting(STATE);
        borders(isolation);
        var forkTask = fork("the task");
        init();
        forkTask.zeroGoesOnHere();
        close(STATUS_SINK);
        identity(FREE, "self/stat", STATE, "task", STATUS_SINK);
        close(FREE);
        close(STATE);
        becomeTask();
    }

    private void beginReaper() {
        name(REAPER);
        // A blocked signal, unlike one that is ignored, is not ignored by the task: it gets an empty mask.
        signals(-1L);
        close(IMAGE);
        enterReapers();
        program.call("enter /", SystemCall.CHDIR, program.data().text("/"));
        program.call("umask", SystemCall.UMASK, 077);
        identity(AT_FDCWD, "/proc/self/stat", AT_FDCWD, state.resolve("reaper").toString(), FREE);
    }

    /** Where there is a group of version 2 for reapers, the process the agent started has the reaper as its child and ends. */
    private void enterReapers() {
        if (isDetached(reaperCgroups)) {
            var birth = bear("the reaper", reaperCgroups, FREE);
            program.call("end", SystemCall.EXIT_GROUP, 0);
            goOnAsChild(birth);
            program.call("session", SystemCall.SETSID);
        } else {
            join(reaperCgroups);
        }
    }

    /** True when what the agent starts ends at once, because the reaper is its child. */
    static boolean isDetached(List<Path> reaperCgroups) {
        return reaperCgroups.stream().anyMatch(LaunchProgram::takesNewborns);
    }

    /** True for groups of version 2 on Linux 5.14 and later; processes can be born there since 5.7. */
    private static boolean takesNewborns(Path group) {
        return Files.exists(group.resolve("cgroup.kill"));
    }

    /** A fork; the groups that are left to join; and a descriptor that both sides still have open. */
    private record Birth(CallProgram.Step fork, List<Path> left, List<Integer> open) {}

    /**
     * Moving a process into a group of version 2 makes the kernel wait for all processors, ten milliseconds and more; being
     * born there does not.
     */
    private Birth bear(String what, List<Path> groups, int free) {
        var cradle = groups.stream().filter(LaunchProgram::takesNewborns).findFirst();
        if (cradle.isEmpty()) {
            return new Birth(fork(what), groups, List.of());
        }
        open(cradle.get().toString(), O_PATH).expecting(free);
        long arguments = program.data().words(CLONE_INTO_CGROUP, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, free);
        var fork = program.call(
                "start " + what + " in " + cradle.get(), SystemCall.CLONE3, arguments, CLONE_WORDS * CallProgram.WORD);
        close(free);
        var left = groups.stream().filter(group -> !group.equals(cradle.get())).toList();
        return new Birth(fork, left, List.of(free));
    }

    private void goOnAsChild(Birth birth) {
        birth.fork().zeroGoesOnHere();
        birth.open().forEach(this::close);
        join(birth.left());
    }

    /** Waits for the child and writes its status down; an init tells that of the task through a pipe unless it was killed. */
    private void endReaper(CallProgram.Step fork, boolean ofInit) {
        for (int open : new int[] {OUTPUT, ERRORS, CallProgram.REPORT}) {
            close(open);
        }
        long status = program.data().words(0);
        if (ofInit) {
            close(STATUS_SINK);
        }
        fork.gives(program.call("wait", SystemCall.WAIT4, 0, status), 0);
        if (ofInit) {
            program.call("status", SystemCall.READ, FREE, status, STATUS_BYTES);
            close(FREE);
        }
        open(state.resolve("exit").toString(), O_WRONLY | O_CREAT | O_TRUNC).expecting(OUTPUT);
        program.call("exit status", SystemCall.WRITE, OUTPUT, status, STATUS_BYTES);
        program.call("end", SystemCall.EXIT_GROUP, 0);
    }

    /** Collects whatever ends until the task has, and tells how it ended. As unprivileged as the task. */
    private void init() throws IOException {
        unprivileged();
        for (int open : new int[] {OUTPUT, ERRORS, FREE, STATE, CallProgram.REPORT}) {
            close(open);
        }
        long status = program.data().words(0);
        program.call("wait", SystemCall.WAIT4, ANY_CHILD, status).repeatingUntil(SECOND_PROCESS);
        program.call("status", SystemCall.WRITE, STATUS_SINK, status, STATUS_BYTES)
                .ignoringFailure();
        program.call("end", SystemCall.EXIT_GROUP, 0);
    }

    private void borders(Isolation isolation) throws IOException {
        program.call("umask", SystemCall.UMASK, 022);
        int own = LinuxCalls.CLONE_NEWNS
                | (isolation.ownMemory() ? CLONE_NEWIPC : 0)
                | (machine.cgroupNamespaces() ? CLONE_NEWCGROUP : 0);
        program.call("namespaces", SystemCall.UNSHARE, own);
        new MountSteps(program, isolation, machine.recursiveAttributes())
                .build(request.confinement().namespaces().binds());
    }

    /** Single files of its own in the machine's view: resolver and hosts. */
    private void ownFiles() throws IOException {
        var binds = request.confinement().namespaces().binds();
        if (binds.isEmpty()) {
            return;
        }
        program.call("mounts of its own", SystemCall.UNSHARE, LinuxCalls.CLONE_NEWNS);
        // A slave still sees what the machine unmounts, so no task pins a disk; nothing of ours travels back.
        MountSteps.separate(program, true);
        for (NamespaceThread.Bind bind : binds) {
            MountSteps.bind(program, bind.source(), bind.target().toRealPath());
        }
    }

    private void enterNetwork() {
        request.confinement().namespaces().networkNamespace().ifPresent(file -> {
            open(file.toString(), 0).expecting(FREE);
            program.call("enter network " + file, SystemCall.SETNS, FREE, LinuxCalls.CLONE_NEWNET);
            close(FREE);
        });
    }

    private void becomeTask() throws IOException {
        unprivileged();
        program.call(
                "enter " + request.workingDirectory(),
                SystemCall.CHDIR,
                program.data().text(request.workingDirectory().toString()));
        program.call("umask", SystemCall.UMASK, 022);
        signals(0);
        heedAll();
        program.call("report", SystemCall.FCNTL, CallProgram.REPORT, F_SETFD, FD_CLOEXEC);
        var secrets = program.secrets();
        var environment = new ArrayList<String>();
        request.environment().forEach((name, value) -> environment.add(name + "=" + value));
        program.call(
                request.command().getFirst(),
                SystemCall.EXECVE,
                secrets.text(request.command().getFirst()),
                secrets.texts(request.command()),
                secrets.texts(environment));
    }

    private void unprivileged() throws IOException {
        var user = request.confinement().user();
        var isolation = request.confinement().isolation();
        if (user.isEmpty() && isolation.isEmpty()) {
            return;
        }
        Set<Capability> kept = isolation.map(Isolation::capabilities).orElse(Set.of());
        for (int capability = 0; capability <= machine.lastCapability(); capability++) {
            if (!isKept(kept, capability)) {
                program.call("drop capability " + capability, SystemCall.PRCTL, PR_CAPBSET_DROP, capability);
            }
        }
        program.call("ambient capabilities", SystemCall.PRCTL, PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL);
        if (!kept.isEmpty()) {
            program.call("keep capabilities", SystemCall.PRCTL, PR_SET_KEEPCAPS, 1);
        }
        if (user.isPresent()) {
            becomeUser(user.get());
        }
        if (user.isPresent() || isolation.isPresent()) {
            capabilities(kept, user.filter(account -> account.uid() != 0).isPresent());
        }
        program.call("no new privileges", SystemCall.PRCTL, PR_SET_NO_NEW_PRIVS, 1);
        if (isolation.isPresent()) {
            filter(kept);
        }
    }

    private static boolean isKept(Set<Capability> kept, int number) {
        return kept.stream().anyMatch(each -> each.number() == number);
    }

    private void becomeUser(Account user) throws IOException {
        var groups = new TreeSet<>(user.groups());
        groups.addAll(request.confinement().groups());
        var numbers = ByteBuffer.allocate(groups.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        groups.forEach(numbers::putInt);
        program.call(
                "groups", SystemCall.SETGROUPS, groups.size(), program.data().bytes(numbers.array()));
        program.call("group " + user.gid(), SystemCall.SETRESGID, user.gid(), user.gid(), user.gid());
        program.call("user " + user.uid(), SystemCall.SETRESUID, user.uid(), user.uid(), user.uid());
    }

    private void capabilities(Set<Capability> kept, boolean ambient) {
        long bits = kept.stream().mapToLong(each -> 1L << each.number()).reduce(0, (all, one) -> all | one);
        long low = bits & 0xffff_ffffL;
        long high = bits >>> 32;
        // effective, permitted and inheritable, first the low words and then the high ones
        long sets = program.data().words(low | low << 32, low | high << 32, high | high << 32);
        program.call("capabilities", SystemCall.CAPSET, program.data().words(CAPABILITY_VERSION_3), sets);
        if (ambient) {
            for (Capability each : kept) {
                program.call(
                        "capability " + each.text(), SystemCall.PRCTL, PR_CAP_AMBIENT, AMBIENT_RAISE, each.number());
            }
        }
    }

    private void filter(Set<Capability> kept) {
        var instructions = SystemCallFilter.bytes(processor, kept);
        long at = program.data().bytes(instructions);
        long header = program.data().words(instructions.length / CallProgram.WORD, at);
        program.call("filter system calls", SystemCall.SECCOMP, 1, 0, header);
    }

    private CallProgram.Step fork(String what) {
        return program.call("start " + what, SystemCall.CLONE, SIGCHLD);
    }

    private void name(String name) {
        program.call("name", SystemCall.PRCTL, PR_SET_NAME, program.data().text(name));
    }

    private void signals(long mask) {
        program.call(
                "signals", SystemCall.RT_SIGPROCMASK, SET_MASK, program.data().words(mask), 0, CallProgram.WORD);
    }

    /** What the agent ignores was reset when it started the reaper, but for those the C library keeps to itself. */
    private void heedAll() {
        long usual = program.data().words(0, 0, 0, 0);
        for (int signal : KEPT_BY_LIBRARY) {
            program.call("heed signal " + signal, SystemCall.RT_SIGACTION, signal, usual, 0, CallProgram.WORD);
        }
    }

    private CallProgram.Step open(String file, int flags) {
        return open(AT_FDCWD, file, flags);
    }

    private CallProgram.Step open(int directory, String file, int flags) {
        return program.call(
                "open " + file, SystemCall.OPENAT, directory, program.data().text(file), flags | O_CLOEXEC, PRIVATE);
    }

    private void close(int descriptor) {
        program.call("close", SystemCall.CLOSE, descriptor);
    }

    private List<Path> taskCgroups() {
        return request.confinement().cgroup().map(TaskCgroup::directories).orElse(List.of());
    }

    private void join(List<Path> cgroups) {
        long self = program.data().text("0");
        for (Path directory : cgroups) {
            open(Cgroups.joinFile(directory).toString(), O_WRONLY).expecting(FREE);
            program.call("join " + directory, SystemCall.WRITE, FREE, self, 1);
            close(FREE);
        }
    }

    /** Writes down who this process is for the machine: its line in /proc. */
    private void identity(int procAt, String stat, int stateAt, String file, int free) {
        long line = program.data().bytes(new byte[STAT_BYTES]);
        open(procAt, stat, 0).expecting(free);
        var read = program.call("read " + stat, SystemCall.READ, free, line, STAT_BYTES);
        close(free);
        open(stateAt, file, O_WRONLY | O_CREAT | O_TRUNC).expecting(free);
        read.gives(program.call("write " + file, SystemCall.WRITE, free, line, 0), 2);
        close(free);
    }
}
