package dev.steppe.io.process;

import java.util.Optional;

/** The processors that programs of system calls are written for. */
public enum Processor {
    X86_64(62, 0xc000_003e, 0x1000),
    ARM64(183, 0xc000_00b7, 0x1_0000);

    private final int elfMachine;
    private final int auditArchitecture;
    private final int page;

    Processor(int elfMachine, int auditArchitecture, int page) {
        this.elfMachine = elfMachine;
        this.auditArchitecture = auditArchitecture;
        this.page = page;
    }

    /** The processor of this machine; empty when tasks cannot be launched on it. */
    public static Optional<Processor> current() {
        return of(System.getProperty("os.arch", ""));
    }

    static Optional<Processor> of(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64", "arm64" -> Optional.of(ARM64);
            default -> Optional.empty();
        };
    }

    /** As the header of an executable names it. */
    int elfMachine() {
        return elfMachine;
    }

    /** As the kernel names it to filters of system calls. */
    int auditArchitecture() {
        return auditArchitecture;
    }

    /** The largest page its kernels use. */
    int page() {
        return page;
    }
}
