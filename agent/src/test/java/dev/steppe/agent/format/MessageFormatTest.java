package dev.steppe.agent.format;

import dev.steppe.client.node.FileShelf;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import dev.steppe.wire.Message;
import dev.steppe.wire.network.StreamNotice;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Pins the travelling form of every message: agents of two versions understand each other. */
class MessageFormatTest {
    @Test
    void every_message_is_written_as_it_was_first() throws IOException, CodecException {
        var golden = new GoldenFiles("1");
        for (Class<?> side : Message.class.getPermittedSubclasses()) {
            for (Class<?> variant : side.getPermittedSubclasses()) {
                golden.checkBinary(Message.class, (Message) Samples.of(variant));
            }
        }
    }

    @Test
    void what_a_node_asks_and_is_told_is_written_as_it_was_first() throws IOException, CodecException {
        var golden = new GoldenFiles("1");
        for (Class<?> variant : DataQuery.class.getPermittedSubclasses()) {
            golden.checkBinary(DataQuery.class, (DataQuery) Samples.of(variant));
        }
        for (Class<?> variant : DataAnswer.class.getPermittedSubclasses()) {
            golden.checkBinary(DataAnswer.class, (DataAnswer) Samples.of(variant));
        }
    }

    @Test
    void what_ends_of_a_stream_tell_each_other_is_written_as_it_was_first() throws IOException, CodecException {
        for (Class<?> variant : StreamNotice.class.getPermittedSubclasses()) {
            new GoldenFiles("1").checkBinary(StreamNotice.class, (StreamNotice) Samples.of(variant));
        }
    }

    @Test
    void what_a_node_keeps_of_an_allocation_is_written_as_it_was_first() throws IOException, CodecException {
        for (Class<?> change : FileShelf.Change.class.getPermittedSubclasses()) {
            new GoldenFiles("1").checkBinary(FileShelf.Change.class, (FileShelf.Change) Samples.of(change));
        }
    }
}
