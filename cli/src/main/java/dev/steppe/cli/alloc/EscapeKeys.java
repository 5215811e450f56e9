package dev.steppe.cli.alloc;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Finds what is meant for this program among the keys of a session: at the beginning of a line the escape character and a
 * dot end it, the character twice types it once. Remembers the line from one call to the next.
 */
final class EscapeKeys {
    private final byte character;
    private boolean atStart = true;
    private boolean escaped;

    EscapeKeys(char character) {
        this.character = (byte) character;
    }

    /** What the command is to get of the keys; empty when the session is to end. */
    Optional<byte[]> meant(byte[] typed) {
        var rest = new ByteArrayOutputStream(typed.length + 1);
        for (var key : typed) {
            if (escaped) {
                escaped = false;
                if (key == '.') {
                    return Optional.empty();
                }
                if (key != character) {
                    rest.write(character);
                }
            } else if (atStart && key == character) {
                escaped = true;
                atStart = false;
                continue;
            }
            rest.write(key);
            atStart = key == '\r' || key == '\n';
        }
        return Optional.of(rest.toByteArray());
    }
}
