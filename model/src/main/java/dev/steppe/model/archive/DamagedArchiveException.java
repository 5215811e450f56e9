package dev.steppe.model.archive;

import java.io.IOException;

/**
 * An archive of a state is not whole, was changed, or is from a version this program does not know. What its message quotes
 * of the archive cannot change a terminal.
 */
public final class DamagedArchiveException extends IOException {
    private static final long serialVersionUID = 1;

    public DamagedArchiveException(String message) {
        super(ArchiveFiles.printable(message));
    }

    DamagedArchiveException(String message, Exception cause) {
        super(ArchiveFiles.printable(message), cause);
    }
}
