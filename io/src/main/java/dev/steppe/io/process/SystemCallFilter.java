package dev.steppe.io.process;

import dev.steppe.io.linux.Capability;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The filter that keeps isolated tasks from system calls no ordinary program needs and through which kernels have been
 * attacked: mounting, namespaces, modules, keys, tracing of the kernel, clocks. Like the default of the container engines;
 * a capability the task was given opens the calls that belong to it.
 */
final class SystemCallFilter {
    private static final int ALLOW = 0x7fff_0000;
    private static final int REFUSE = 0x0005_0000;
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    // Offsets in what the kernel shows a filter.
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;
    private static final int SECOND_ARGUMENT = 24;

    // Instructions: load a word, jump when equal, when greater or equal, when a bit is set, return.
    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int X32_BIT = 0x4000_0000;
    private static final int NAMESPACE_FLAGS = 0x7e02_0000;
    // Both write into the input of a terminal, also of one that belongs to somebody else.
    private static final int TIOCSTI = 0x5412;
    private static final int TIOCLINUX = 0x541c;

    private SystemCallFilter() {}

    /** A call that is refused, with its numbers (-1: not on that processor) and the capability that opens it. */
    private record Refused(int x8664, int arm64, Optional<Capability> openedBy) {
        int number(Processor processor) {
            return processor == Processor.X86_64 ? x8664 : arm64;
        }
    }

    private static final List<Refused> REFUSED = List.of(
            // add_key, request_key, keyctl, userfaultfd, io_uring_setup, io_uring_enter, io_uring_register
            never(248, 217),
            never(249, 218),
            never(250, 219),
            never(323, 282),
            never(425, 425),
            never(426, 426),
            never(427, 427),
            // uselib, ustat, sysfs, _sysctl, create_module, get_kernel_syms, query_module, nfsservctl
            never(134, -1),
            never(136, -1),
            never(139, -1),
            never(156, -1),
            never(174, -1),
            never(177, -1),
            never(178, -1),
            never(180, 42),
            // mount, umount2, pivot_root, mount_setattr, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick
            opened(Capability.SYS_ADMIN, 165, 40),
            opened(Capability.SYS_ADMIN, 166, 39),
            opened(Capability.SYS_ADMIN, 155, 41),
            opened(Capability.SYS_ADMIN, 442, 442),
            opened(Capability.SYS_ADMIN, 428, 428),
            opened(Capability.SYS_ADMIN, 429, 429),
            opened(Capability.SYS_ADMIN, 430, 430),
            opened(Capability.SYS_ADMIN, 431, 431),
            opened(Capability.SYS_ADMIN, 432, 432),
            opened(Capability.SYS_ADMIN, 433, 433),
            // unshare, setns, sethostname, setdomainname, swapon, swapoff, quotactl, quotactl_fd, fanotify_init,
            // lookup_dcookie
            opened(Capability.SYS_ADMIN, 272, 97),
            opened(Capability.SYS_ADMIN, 308, 268),
            opened(Capability.SYS_ADMIN, 170, 161),
            opened(Capability.SYS_ADMIN, 171, 162),
            opened(Capability.SYS_ADMIN, 167, 224),
            opened(Capability.SYS_ADMIN, 168, 225),
            opened(Capability.SYS_ADMIN, 179, 60),
            opened(Capability.SYS_ADMIN, 443, 443),
            opened(Capability.SYS_ADMIN, 300, 262),
            opened(Capability.SYS_ADMIN, 212, 18),
            // bpf, perf_event_open
            opened(Capability.BPF, 321, 280),
            opened(Capability.PERFMON, 298, 241),
            // init_module, finit_module, delete_module
            opened(Capability.SYS_MODULE, 175, 105),
            opened(Capability.SYS_MODULE, 313, 273),
            opened(Capability.SYS_MODULE, 176, 106),
            // kexec_load, kexec_file_load, reboot
            opened(Capability.SYS_BOOT, 246, 104),
            opened(Capability.SYS_BOOT, 320, 294),
            opened(Capability.SYS_BOOT, 169, 142),
            // settimeofday, clock_settime, clock_adjtime
            opened(Capability.SYS_TIME, 164, 170),
            opened(Capability.SYS_TIME, 227, 112),
            opened(Capability.SYS_TIME, 305, 266),
            // iopl, ioperm
            opened(Capability.SYS_RAWIO, 172, -1),
            opened(Capability.SYS_RAWIO, 173, -1),
            // kcmp, pidfd_getfd; acct; syslog; vhangup; open_by_handle_at
            opened(Capability.SYS_PTRACE, 312, 272),
            opened(Capability.SYS_PTRACE, 438, 438),
            opened(Capability.SYS_PACCT, 163, 89),
            opened(Capability.SYSLOG, 103, 116),
            opened(Capability.SYS_TTY_CONFIG, 153, 58),
            opened(Capability.DAC_READ_SEARCH, 304, 265),
            // mbind, set_mempolicy, get_mempolicy, migrate_pages, move_pages, set_mempolicy_home_node
            opened(Capability.SYS_NICE, 237, 235),
            opened(Capability.SYS_NICE, 238, 237),
            opened(Capability.SYS_NICE, 239, 236),
            opened(Capability.SYS_NICE, 256, 238),
            opened(Capability.SYS_NICE, 279, 239),
            opened(Capability.SYS_NICE, 450, 450));

    private static Refused never(int x8664, int arm64) {
        return new Refused(x8664, arm64, Optional.empty());
    }

    private static Refused opened(Capability by, int x8664, int arm64) {
        return new Refused(x8664, arm64, Optional.of(by));
    }

    /** The instructions as the kernel reads them, eight bytes each. */
    static byte[] bytes(Processor processor, Set<Capability> capabilities) {
        var code = new ArrayList<long[]>();
        // Programs for another processor would count their calls differently.
        code.add(instruction(LOAD, 0, 0, ARCHITECTURE));
        code.add(instruction(EQUAL, 1, 0, processor.auditArchitecture()));
        code.add(instruction(RETURN, 0, 0, REFUSE | ENOSYS));
        code.add(instruction(LOAD, 0, 0, NUMBER));
        code.add(instruction(AT_LEAST, 0, 1, X32_BIT));
        code.add(instruction(RETURN, 0, 0, REFUSE | ENOSYS));
        for (Refused call : REFUSED) {
            if (call.number(processor) >= 0
                    && call.openedBy().filter(capabilities::contains).isEmpty()) {
                code.add(instruction(EQUAL, 0, 1, call.number(processor)));
                code.add(instruction(RETURN, 0, 0, REFUSE | EPERM));
            }
        }
        if (!capabilities.contains(Capability.SYS_ADMIN)) {
            namespaces(code, processor);
        }
        terminals(code, processor);
        code.add(instruction(RETURN, 0, 0, ALLOW));
        var bytes = ByteBuffer.allocate(code.size() * CallProgram.WORD).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] each : code) {
            bytes.putShort((short) each[0])
                    .put((byte) each[1])
                    .put((byte) each[2])
                    .putInt((int) each[3]);
        }
        return bytes.array();
    }

    /** New namespaces through clone; clone3, whose flags a filter cannot see, does not exist, and libraries then use clone. */
    private static void namespaces(List<long[]> code, Processor processor) {
        code.add(instruction(EQUAL, 0, 1, 435));
        code.add(instruction(RETURN, 0, 0, REFUSE | ENOSYS));
        code.add(instruction(EQUAL, 0, 4, SystemCall.CLONE.number(processor)));
        code.add(instruction(LOAD, 0, 0, FIRST_ARGUMENT));
        code.add(instruction(ANY_BIT, 0, 1, NAMESPACE_FLAGS));
        code.add(instruction(RETURN, 0, 0, REFUSE | EPERM));
        code.add(instruction(LOAD, 0, 0, NUMBER));
    }

    private static void terminals(List<long[]> code, Processor processor) {
        int ioctl = processor == Processor.X86_64 ? 16 : 29;
        code.add(instruction(EQUAL, 0, 4, ioctl));
        code.add(instruction(LOAD, 0, 0, SECOND_ARGUMENT));
        code.add(instruction(EQUAL, 1, 0, TIOCSTI));
        code.add(instruction(EQUAL, 0, 1, TIOCLINUX));
        code.add(instruction(RETURN, 0, 0, REFUSE | EPERM));
    }

    private static long[] instruction(int code, int whenTrue, int whenFalse, int value) {
        return new long[] {code, whenTrue, whenFalse, value};
    }
}
