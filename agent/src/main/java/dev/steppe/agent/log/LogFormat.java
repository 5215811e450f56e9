package dev.steppe.agent.log;

import dev.steppe.api.log.LogBroadcast;
import dev.steppe.model.codec.Codec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** One event as one line of text, followed by its stack if it has one, or as one JSON object. */
final class LogFormat extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    private static final String OWN = "dev.steppe.";

    private final boolean json;
    private final boolean location;
    private final ZoneId zone;

    LogFormat(boolean json, boolean location, ZoneId zone) {
        this.json = json;
        this.location = location;
        this.zone = zone;
    }

    @Override
    public String format(LogRecord event) {
        String time = TIME.format(event.getInstant().atZone(zone));
        return json ? json(event, time) : text(event, time);
    }

    private String text(LogRecord event, String time) {
        var line = new StringBuilder(time)
                .append(" [")
                .append(LogBroadcast.word(event.getLevel()))
                .append("] ");
        line.append(module(event)).append(": ");
        if (location) {
            line.append(place(event)).append(": ");
        }
        line.append(escaped(formatMessage(event))).append('\n');
        stack(event).ifPresent(line::append);
        return line.toString();
    }

    private String json(LogRecord event, String time) {
        var object = new TreeMap<String, String>();
        object.put("@timestamp", time);
        object.put("@level", LogBroadcast.word(event.getLevel()).toLowerCase(java.util.Locale.ROOT));
        object.put("@module", module(event));
        object.put("@message", formatMessage(event));
        if (location) {
            object.put("@caller", place(event));
        }
        stack(event).ifPresent(stack -> object.put("stacktrace", stack));
        return Codec.toJson(object) + "\n";
    }

    /** A line break that came from outside must not begin a line of the log. */
    private static String escaped(String message) {
        return message.replace("\r", "\\r").replace("\n", "\\n");
    }

    /** {@code agent.server} for what speaks in {@code dev.steppe.server}; others by their own name. */
    private static String module(LogRecord event) {
        String name = Optional.ofNullable(event.getLoggerName()).orElse("");
        if (!name.startsWith(OWN)) {
            return name.isEmpty() ? "agent" : name;
        }
        int dot = name.lastIndexOf('.');
        return "agent." + name.substring(OWN.length(), Math.max(OWN.length(), dot));
    }

    private static String place(LogRecord event) {
        String type = Optional.ofNullable(event.getSourceClassName()).orElse("");
        return type.substring(type.lastIndexOf('.') + 1) + "."
                + Optional.ofNullable(event.getSourceMethodName()).orElse("");
    }

    private static Optional<String> stack(LogRecord event) {
        if (event.getThrown() == null) {
            return Optional.empty();
        }
        var text = new StringWriter();
        event.getThrown().printStackTrace(new PrintWriter(text, true));
        return Optional.of(text.toString());
    }
}
