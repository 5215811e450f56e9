package dev.steppe.consensus;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A machine whose state is the list of all commands, read as text. Safe for use from any thread. */
final class WordMachine implements ReplicatedMachine {
    private List<String> words = new ArrayList<>();
    private int restored;

    @Override
    public synchronized Object apply(long index, byte[] command) {
        if (index != words.size() + 1) {
            throw new IllegalStateException("command " + index + " came after " + words.size());
        }
        var word = new String(command, StandardCharsets.UTF_8);
        if (word.equals("poison")) {
            throw new IllegalStateException("poison");
        }
        words.add(word);
        return "applied " + word;
    }

    @Override
    public synchronized Capture capture() {
        var captured = List.copyOf(words);
        return out -> {
            var data = new DataOutputStream(out);
            data.writeInt(captured.size());
            for (var word : captured) {
                data.writeUTF(word);
            }
            data.flush();
        };
    }

    @Override
    public synchronized void restore(InputStream in) throws IOException {
        var data = new DataInputStream(in);
        int count = data.readInt();
        var read = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            read.add(data.readUTF());
        }
        words = read;
        restored++;
    }

    synchronized List<String> words() {
        return List.copyOf(words);
    }

    synchronized int restored() {
        return restored;
    }
}
