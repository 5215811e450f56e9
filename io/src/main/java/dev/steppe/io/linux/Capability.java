package dev.steppe.io.linux;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The capabilities of Linux in the order of their numbers, as job files name them: {@code net_bind_service}. */
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    PERFMON,
    BPF,
    CHECKPOINT_RESTORE;

    private static final String PREFIX = "cap_";

    /** The number the kernel uses. */
    public int number() {
        return ordinal();
    }

    /** As job files write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds a capability by name, in any case, with or without {@code CAP_}. */
    public static Optional<Capability> parse(String text) {
        var lower = text.trim().toLowerCase(Locale.ROOT);
        var name = lower.startsWith(PREFIX) ? lower.substring(PREFIX.length()) : lower;
        return Arrays.stream(values()).filter(each -> each.text().equals(name)).findFirst();
    }
}
