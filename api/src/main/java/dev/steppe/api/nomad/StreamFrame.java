package dev.steppe.api.nomad;

import dev.steppe.api.http.Bytes;
import dev.steppe.model.codec.Codec;
import java.util.Base64;
import java.util.TreeMap;

/** The frames of followed files: JSON objects one after the other, the bytes in base64, an empty one as a sign of life. */
final class StreamFrame {
    static final String DELETED = "file deleted";
    static final String TRUNCATED = "file truncated";

    private StreamFrame() {}

    /** Bytes of a file; {@code offset} is the place behind them. */
    static Bytes data(byte[] data, String file, long offset) {
        var frame = new TreeMap<String, Object>();
        frame.put("Data", Base64.getEncoder().encodeToString(data));
        frame.put("File", file);
        frame.put("Offset", offset);
        return Bytes.utf8(Codec.toJson(frame));
    }

    /** Something happened to a file. */
    static Bytes event(String event, String file, long offset) {
        var frame = new TreeMap<String, Object>();
        frame.put("FileEvent", event);
        frame.put("File", file);
        frame.put("Offset", offset);
        return Bytes.utf8(Codec.toJson(frame));
    }

    static Bytes signOfLife() {
        return Bytes.utf8("{}");
    }
}
