package dev.steppe.cli.terminal;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonWriter;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;

/**
 * The person's end of a command: where text goes and comes from, and the time that relative times refer to. Lines end
 * with a line feed on every platform, because scripts read them. For use by one thread.
 */
public record Terminal(
        PrintStream out, PrintStream err, InputStream in, InstantSource clock, Optional<ZoneId> zone, boolean styled) {

    public void line(String text) {
        out.print(text + "\n");
    }

    public void blankLine() {
        out.print("\n");
    }

    /** A line on the error stream. */
    public void complain(String text) {
        err.print(text + "\n");
    }

    /** What happens now in what is followed, with the time. */
    public void head(String text) {
        line("==> " + time(clock.instant()) + ": " + text);
    }

    /** What happens now below the last head. */
    public void note(String text) {
        line("    " + time(clock.instant()) + ": " + text);
    }

    /** The heading of a section. */
    public void title(String text) {
        line(bold(text));
    }

    public void json(Json value) {
        line(JsonWriter.indented(value));
    }

    public void table(Table table) {
        line(table.render());
    }

    public void fields(Fields fields) {
        line(fields.render());
    }

    public String bold(String text) {
        return style("1", text);
    }

    public String green(String text) {
        return style("32", text);
    }

    public String yellow(String text) {
        return style("33", text);
    }

    public String red(String text) {
        return style("31", text);
    }

    private String style(String code, String text) {
        return styled ? "\033[" + code + "m" + text + "\033[0m" : text;
    }

    /** A point in time as RFC 3339 in the zone of the person, to the second. */
    public String time(Instant instant) {
        return Times.absolute(instant, zone.isPresent() ? zone.get() : ZoneId.systemDefault());
    }

    /** How long ago a point in time was. */
    public String ago(Instant instant) {
        return Times.ago(instant, clock.instant());
    }

    /** How long ago something was that agents tell in nanoseconds since 1970, or when exactly. */
    public String since(long nanos, boolean exactly) {
        var time = Times.ofNanos(nanos);
        if (time.isEmpty()) {
            return "N/A";
        }
        return exactly ? time(time.get()) : ago(time.get());
    }
}
