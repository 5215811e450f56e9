package dev.steppe.model.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The format of a record: an object with a field per component, those of {@link Flat} components among them. */
final class RecordFormat implements Format {
    private final Class<?> type;
    private final RecordShape shape;
    private volatile List<Field> fields = List.of();
    private volatile SortedMap<String, Field> byName = new TreeMap<>();

    private record Field(RecordShape.Component component, Format format, int position) {
        Object absent() throws CodecException {
            return component.defaultText().isPresent()
                    ? format.parse(component.defaultText().get())
                    : format.absent();
        }
    }

    RecordFormat(Class<?> type) {
        this.type = type;
        this.shape = RecordShape.of(type);
    }

    /** Resolved on first use and not in the constructor, since records may contain themselves. */
    private List<Field> fields() {
        if (fields.isEmpty() && !shape.components().isEmpty()) {
            var list = new ArrayList<Field>();
            var names = new TreeMap<String, Field>();
            for (var component : shape.components()) {
                var format = component.rfc3339() ? new SimpleFormats.InstantFormat(true) : Formats.of(component.type());
                var field = new Field(component, format, list.size());
                list.add(field);
                names.put(component.json(), field);
            }
            byName = names;
            fields = list;
        }
        return fields;
    }

    @Override
    public void write(JsonGenerator out, Object value, Form form) {
        out.writeStartObject();
        writeFields(out, value, form);
        out.writeEndObject();
    }

    void writeFields(JsonGenerator out, Object value, Form form) {
        for (var field : fields()) {
            Object content = field.component.of(value);
            if (field.component.flat()) {
                ((RecordFormat) field.format).writeFields(out, content, form);
            } else if (form == Form.JSON || field.component.defaultText().isPresent() || !Format.isEmpty(content)) {
                out.writeName(field.component.json());
                field.format.write(out, content, form);
            }
        }
    }

    @Override
    public Object read(JsonParser in, Form form) throws CodecException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return absent();
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw Formats.unexpected(in, "an object");
        }
        var reading = new Reading(this);
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            if (!reading.take(name, in, form)) {
                skip(name, in, form);
            }
        }
        return reading.finish();
    }

    @Override
    public Object absent() throws CodecException {
        return new Reading(this).finish();
    }

    private static final Object NOTHING = new Object();

    private void skip(String name, JsonParser in, Form form) throws CodecException {
        Object content = in.currentToken() == JsonToken.VALUE_NULL ? NOTHING : new Formats.FreeFormat().read(in, form);
        if (form == Form.JSON && content != NOTHING && !Format.isEmpty(content)) {
            throw new CodecException("the field " + name + " of " + type.getSimpleName()
                    + " is not supported; remove it" + nearest(name));
        }
    }

    private String nearest(String name) {
        for (var known : byName.keySet()) {
            if (known.equalsIgnoreCase(name.replace("_", ""))) {
                return " or write " + known;
            }
        }
        return "";
    }

    /** A record being read: the values so far, with those of flat components one level down. */
    private static final class Reading {
        private final RecordFormat format;
        private final Object[] values;
        private final Reading[] flat;

        Reading(RecordFormat format) {
            this.format = format;
            int size = format.fields().size();
            values = new Object[size];
            flat = new Reading[size];
            for (var field : format.fields()) {
                if (field.component.flat()) {
                    flat[field.position] = new Reading((RecordFormat) field.format);
                }
            }
        }

        boolean take(String name, JsonParser in, Form form) throws CodecException {
            var field = format.byName.get(name);
            if (field != null && !field.component.flat()) {
                try {
                    if (in.currentToken() != JsonToken.VALUE_NULL) {
                        values[field.position] = field.format.read(in, form);
                    }
                    return true;
                } catch (CodecException problem) {
                    throw problem.within(name);
                }
            }
            for (var inner : flat) {
                if (inner != null && inner.take(name, in, form)) {
                    return true;
                }
            }
            return false;
        }

        Object finish() throws CodecException {
            for (var field : format.fields()) {
                if (flat[field.position] != null) {
                    values[field.position] = flat[field.position].finish();
                } else if (values[field.position] == null) {
                    try {
                        values[field.position] = field.absent();
                    } catch (CodecException missing) {
                        throw missing.within(field.component.json());
                    }
                }
            }
            return format.shape.construct(values);
        }
    }
}
