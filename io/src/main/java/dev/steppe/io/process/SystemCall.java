package dev.steppe.io.process;

/** The system calls a {@link CallProgram} makes, with their numbers on the processors it is written for. */
enum SystemCall {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    RT_SIGACTION(13, 134),
    RT_SIGPROCMASK(14, 135),
    CLONE(56, 220),
    EXECVE(59, 221),
    WAIT4(61, 260),
    FCNTL(72, 25),
    CHDIR(80, 49),
    UMASK(95, 166),
    SETSID(112, 157),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    CAPSET(126, 91),
    PIVOT_ROOT(155, 41),
    PRCTL(157, 167),
    CHROOT(161, 51),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    EXIT_GROUP(231, 94),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    SYMLINKAT(266, 36),
    UNSHARE(272, 97),
    PIPE2(293, 59),
    SETNS(308, 268),
    SECCOMP(317, 277),
    CLONE3(435, 435),
    MOUNT_SETATTR(442, 442);

    private final int x8664;
    private final int arm64;

    SystemCall(int x8664, int arm64) {
        this.x8664 = x8664;
        this.arm64 = arm64;
    }

    int number(Processor processor) {
        return switch (processor) {
            case X86_64 -> x8664;
            case ARM64 -> arm64;
        };
    }
}
