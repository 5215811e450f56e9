package dev.steppe.agent.format;

import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Pins the replicated form of every command: a log written by one version is read by the next. */
class CommandFormatTest {
    @Test
    void every_command_is_written_as_it_was_first() throws IOException, CodecException {
        var golden = new GoldenFiles("1");
        for (Class<?> variant : Command.class.getPermittedSubclasses()) {
            golden.checkBinary(Command.class, (Command) Samples.of(variant));
        }
    }
}
