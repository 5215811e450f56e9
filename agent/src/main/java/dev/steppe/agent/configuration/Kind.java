package dev.steppe.agent.configuration;

import dev.steppe.language.value.Value;
import java.util.Locale;

/** What may stand behind a key. */
enum Kind {
    FLAG,
    NUMBER,
    TEXT,
    /** A text that no message and no log shows. */
    SECRET,
    TEXTS,
    DURATION,
    SIZE,
    PATH,
    /** A file that has to be on the machine where the agent starts. */
    FILE,
    PORT,
    /** One or more addresses or templates of some. */
    ADDRESS,
    /** Free keys with texts, as a block or an object. */
    MAP,
    /** Anything, also blocks; what is inside is not looked at. */
    ANY;

    static Kind of(String written) {
        return valueOf(written.toUpperCase(Locale.ROOT));
    }

    /** Refuses what does not fit, also behind keys that nobody reads yet. */
    void check(Value value) throws RefusedValueException {
        switch (this) {
            case FLAG -> Reading.flag(value);
            case NUMBER -> Reading.number(value);
            case TEXT, SECRET, PATH, FILE, ADDRESS -> Reading.anyText(value);
            case TEXTS -> Reading.texts(value);
            case DURATION -> Reading.duration(value);
            case SIZE -> Reading.size(value);
            case PORT -> Reading.portOrNone(value);
            case MAP, ANY -> {}
        }
    }
}
