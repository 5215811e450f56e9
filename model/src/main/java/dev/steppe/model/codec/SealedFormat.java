package dev.steppe.model.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The format of a sealed interface of records: a list of the record's name and its object. */
final class SealedFormat implements Format {
    private final List<Class<?>> variants;

    SealedFormat(Class<?> type) {
        var list = new ArrayList<Class<?>>();
        collect(type, list);
        this.variants = list;
    }

    private static void collect(Class<?> type, List<Class<?>> into) {
        if (type.isRecord()) {
            into.add(type);
        } else {
            Arrays.stream(type.getPermittedSubclasses()).forEach(variant -> collect(variant, into));
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
        for (var variant : variants) {
            if (variant.getSimpleName().equals(name)) {
                in.nextToken();
                try {
                    Object value = Formats.of(variant).read(in, form);
                    in.nextToken();
                    return value;
                } catch (CodecException problem) {
                    throw problem.within(name);
                }
            }
        }
        throw new CodecException("unknown kind " + name + "; it may come from a newer version");
    }

    @Override
    public Object absent() throws CodecException {
        throw new CodecException("is missing");
    }
}
