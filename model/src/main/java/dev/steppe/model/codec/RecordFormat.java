package dev.steppe.model.codec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The format of a record: an object with a field per component, those of {@link Flat} components among them. */
final class RecordFormat implements Format {
    private final Class<?> type;
    private final RecordShape shape;
    private volatile List<Field> fields = List.of();
    private volatile Map<String, Field> byName = Map.of();
    private volatile boolean anyFlat;

    /** One component. Values are immutable, so the one that stands for a missing text is made once. */
    private static final class Field {
        private final RecordShape.Component component;
        private final Format format;
        private final int position;
        private volatile Optional<Object> absent = Optional.empty();

        Field(RecordShape.Component component, Format format, int position) {
            this.component = component;
            this.format = format;
            this.position = position;
        }

        /**
         * The value of a text that leaves this field out.
         *
         * @throws CodecException when it must not
         */
        Object absent() throws CodecException {
            if (absent.isEmpty()) {
                absent = Optional.of(
                        component.defaultText().isPresent()
                                ? format.parse(component.defaultText().get())
                                : format.absent());
            }
            return absent.get();
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
            var names = new HashMap<String, Field>();
            boolean flat = false;
            for (var component : shape.components()) {
                var format = component.rfc3339() ? new SimpleFormats.InstantFormat(true) : Formats.of(component.type());
                var field = new Field(component, format, list.size());
                list.add(field);
                names.put(component.json(), field);
                flat |= component.flat();
            }
            anyFlat = flat;
            byName = names;
            // the last, since it tells others that all of it is there
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
        for (var known : new TreeSet<>(byName.keySet())) {
            if (known.equalsIgnoreCase(name.replace("_", ""))) {
                return " or write " + known;
            }
        }
        return "";
    }

    /** A record being read: the values so far, with those of flat components one level down. */
    private static final class Reading {
        private static final Reading[] NONE_FLAT = {};

        private final RecordFormat format;
        private final List<Field> fields;
        private final Object[] values;
        private final Reading[] flat;
        private int next;

        Reading(RecordFormat format) {
            this.format = format;
            fields = format.fields();
            values = new Object[fields.size()];
            flat = format.anyFlat ? new Reading[values.length] : NONE_FLAT;
            for (int i = 0; i < flat.length; i++) {
                if (fields.get(i).component.flat()) {
                    flat[i] = new Reading((RecordFormat) fields.get(i).format);
                }
            }
        }

        boolean take(String name, JsonParser in, Form form) throws CodecException {
            // writers keep the order of the fields
            var field =
                    next < values.length && fields.get(next).component.json().equals(name)
                            ? fields.get(next)
                            : format.byName.get(name);
            if (field != null && !field.component.flat()) {
                next = field.position + 1;
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
            for (int i = 0; i < values.length; i++) {
                if (flat.length > 0 && flat[i] != null) {
                    values[i] = flat[i].finish();
                } else if (values[i] == null) {
                    try {
                        values[i] = fields.get(i).absent();
                    } catch (CodecException missing) {
                        throw missing.within(fields.get(i).component.json());
                    }
                }
            }
            return format.shape.construct(values);
        }
    }
}
