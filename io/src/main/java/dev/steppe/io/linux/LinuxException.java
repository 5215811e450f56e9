package dev.steppe.io.linux;

import java.io.IOException;

/** A system call that failed: which call on what, the errno by name, and what the operator can do about it. */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final Errno errno;

    LinuxException(String call, String subject, Errno errno) {
        super(call + " " + subject + ": " + errno.name() + " (" + errno.meaning() + ")" + remedy(call, errno));
        this.call = call;
        this.errno = errno;
    }

    /** A call that failed elsewhere with that error number. */
    public static LinuxException of(String call, String subject, int errno) {
        return new LinuxException(call, subject, Errno.of(errno));
    }

    /** The system call, for example {@code setns}. */
    public String call() {
        return call;
    }

    /** Why the kernel refused. */
    public Errno errno() {
        return errno;
    }

    private static String remedy(String call, Errno errno) {
        return switch (errno) {
            case EPERM, EACCES ->
                LinuxCalls.isRoot()
                        ? "; refused although this is root: a security module, the file's mode or attributes, or the"
                                + " container this runs in forbids it"
                        : call.equals("kill")
                                ? "; the process belongs to another user: run the agent as root"
                                : "; namespaces and mounts need root or CAP_SYS_ADMIN: run the agent as root";
            case ENOSYS -> "; this kernel is too old for the call";
            case EMFILE, ENFILE -> "; raise the limit of open files (ulimit -n, LimitNOFILE=)";
            case ENOSPC -> "; a limit in /proc/sys/user (max_*_namespaces) or the disk is exhausted";
            case ELOOP -> "; a symbolic link stands where a file is expected: remove it";
            case ENOEXEC -> "; a script begins with a line such as #!/bin/sh, a program is made for this processor";
            case ENOENT,
                    ESRCH,
                    EEXIST,
                    EINVAL,
                    EBUSY,
                    EINTR,
                    EIO,
                    EPIPE,
                    EAGAIN,
                    ENOMEM,
                    ENODEV,
                    ENOTDIR,
                    EISDIR,
                    ETXTBSY,
                    EBADF,
                    ECHILD,
                    OTHER -> "";
        };
    }
}
