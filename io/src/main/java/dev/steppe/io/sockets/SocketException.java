package dev.steppe.io.sockets;

import java.io.IOException;

/** A socket call that failed: which call, about what, and the error number with its meaning. */
public final class SocketException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    SocketException(String call, String subject, int errno) {
        super(call + " " + subject + ": " + meaning(errno));
        this.errno = errno;
    }

    /** The error number of the kernel. */
    public int errno() {
        return errno;
    }

    private static String meaning(int errno) {
        return switch (errno) {
            case 1 -> "not permitted (EPERM): root or CAP_SYS_ADMIN is needed";
            case 2 -> "does not exist (ENOENT)";
            case 11 -> "nothing to read (EAGAIN)";
            case 13 -> "permission denied (EACCES)";
            case 22 -> "invalid (EINVAL)";
            case 24 -> "too many open files (EMFILE): raise the limit of open files (LimitNOFILE=)";
            case 32 -> "the other side closed (EPIPE)";
            case 97 -> "address family not supported (EAFNOSUPPORT)";
            case 98 -> "address in use (EADDRINUSE): another process listens there";
            case 99 -> "the address is not configured here (EADDRNOTAVAIL)";
            case 104 -> "the other side closed (ECONNRESET)";
            case 111 -> "nobody listens there (ECONNREFUSED)";
            default -> "error " + errno;
        };
    }
}
