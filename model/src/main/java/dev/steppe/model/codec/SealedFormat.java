package dev.steppe.model.codec;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The format of a sealed interface of records: a list of the record's name and its object. */
final class SealedFormat implements Format {
    private final Map<String, Class<?>> variants = new HashMap<>();

    SealedFormat(Class<?> type) {
        collect(type);
    }

    private void collect(Class<?> type) {
        if (type.isRecord()) {
            variants.put(type.getSimpleName(), type);
        } else {
            Arrays.stream(type.getPermittedSubclasses()).forEach(this::collect);
        }
    }

    @Override
    public void write(JsonGenerator out, Object value, Form form) {
        out.writeStartArray();
        out.writeString(value.getClass().getSimpleName());
        Formats.of(value.getClass()).write(out, value, form);
        out.writeEndArray();
    }

    @Override
    public Object read(JsonParser in, Form form) throws CodecException {
        if (in.currentToken() != JsonToken.START_ARRAY || in.nextToken() != JsonToken.VALUE_STRING) {
            throw Formats.unexpected(in, "a list of a name and an object");
        }
        String name = in.getString();
        var variant = variants.get(name);
        if (variant == null) {
            throw new CodecException("unknown kind " + name + "; it may come from a newer version");
        }
        in.nextToken();
        try {
            Object value = Formats.of(variant).read(in, form);
            in.nextToken();
            return value;
        } catch (CodecException problem) {
            throw problem.within(name);
        }
    }

    @Override
    public Object absent() throws CodecException {
        throw new CodecException("is missing");
    }
}
