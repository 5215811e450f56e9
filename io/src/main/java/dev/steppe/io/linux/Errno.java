package dev.steppe.io.linux;

/** The error numbers this code meets; everything else is {@link #OTHER}. Numbers are equal on x86-64 and arm64. */
public enum Errno {
    EPERM(1, "not permitted"),
    ENOENT(2, "no such file or directory"),
    ESRCH(3, "no such process"),
    EINTR(4, "interrupted"),
    EIO(5, "input or output failed"),
    ENOEXEC(8, "not a program this machine can run"),
    EBADF(9, "bad file descriptor"),
    ECHILD(10, "no child process"),
    EAGAIN(11, "try again"),
    ENOMEM(12, "out of memory"),
    EACCES(13, "permission denied"),
    EBUSY(16, "busy"),
    EEXIST(17, "exists already"),
    ENODEV(19, "no such device or file system"),
    ENOTDIR(20, "not a directory"),
    EISDIR(21, "is a directory"),
    EINVAL(22, "invalid argument"),
    ENFILE(23, "too many open files in the system"),
    EMFILE(24, "too many open files in this process"),
    ETXTBSY(26, "is being written"),
    ENOSPC(28, "no space left"),
    EPIPE(32, "nobody reads the other end"),
    ENOSYS(38, "not implemented by this kernel"),
    ELOOP(40, "too many symbolic links"),
    OTHER(-1, "see errno(3)");

    private final int number;
    private final String meaning;

    Errno(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    String meaning() {
        return meaning;
    }

    static Errno of(int number) {
        for (Errno each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        return OTHER;
    }
}
