package dev.steppe.agent.format;

import dev.steppe.model.AccessToken;
import dev.steppe.model.Deployment;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.Variable;
import dev.steppe.state.Command;
import dev.steppe.state.KeySpace;
import java.io.IOException;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    /**
     * A new line here is a command that servers without it would leave out, and a changed one says what they would not see
     * in it: either needs a format of its own, unless no server without it was ever released.
     */
    @Test
    void every_command_says_which_format_of_the_log_has_it() throws IOException {
        var lines = new TreeSet<String>();
        for (Class<?> variant : Command.class.getPermittedSubclasses()) {
            var components = Arrays.stream(variant.getRecordComponents())
                    .map(component -> component.getName())
                    .collect(Collectors.joining(" "));
            lines.add(((Command) Samples.of(variant)).format() + " " + variant.getSimpleName() + ": " + components);
        }
        new GoldenFiles("1").checkText("formats.txt", String.join("\n", lines) + "\n");
    }

    @Test
    void every_operation_on_keys_is_written_as_it_was_first() throws IOException, CodecException {
        var golden = new GoldenFiles("1");
        for (Class<?> variant : KeyOperation.class.getPermittedSubclasses()) {
            golden.checkBinary(KeyOperation.class, (KeyOperation) Samples.of(variant));
        }
    }

    @Test
    void what_users_keep_is_written_to_snapshots_as_it_was_first() throws IOException, CodecException {
        var golden = new GoldenFiles("1");
        golden.checkBinary(Variable.class, Samples.of(Variable.class));
        golden.checkBinary(AccessToken.class, Samples.of(AccessToken.class));
        golden.checkBinary(DataKey.class, Samples.of(DataKey.class));
        golden.checkBinary(KeyEntry.class, Samples.of(KeyEntry.class));
        golden.checkBinary(Deployment.class, Samples.of(Deployment.class));
        golden.checkBinary(Session.class, Samples.of(Session.class));
        golden.checkBinary(KeySpace.Tombstone.class, Samples.of(KeySpace.Tombstone.class));
        golden.checkBinary(KeySpace.LockDelay.class, Samples.of(KeySpace.LockDelay.class));
    }
}
