package dev.steppe.jobspec;

import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Scalar;
import dev.steppe.model.specification.Names;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a block that fills a record looks like in a job file, derived from the record: a component is an attribute, a
 * component that is a record is a block, a list of records is a block that may be repeated. {@link Names} holds the
 * exceptions.
 */
final class BlockShape {
    private final Map<String, Field> fields;
    private final Optional<Field> label;
    private final Optional<Field> optionalLabel;
    private final Class<?> type;

    /** How the values of a component are written. */
    enum Form {
        /** {@code name = value}. */
        ATTRIBUTE,
        /** One block. */
        BLOCK,
        /** Any number of blocks. */
        BLOCKS,
        /** Any number of blocks, told apart by their label. */
        LABELLED_BLOCKS,
        /** {@code name { key = "value" }} or {@code name = { key = "value" }}. */
        MAP
    }

    /** A component, by its name in job files; {@code content} is the record of a block or the type of a value. */
    record Field(String name, String json, Form form, Type content) {
        Class<?> record() {
            return (Class<?>) content;
        }
    }

    private BlockShape(Class<?> type) {
        this.type = type;
        Map<String, Field> found = new LinkedHashMap<>();
        Optional<Field> labelField = Optional.empty();
        Optional<Field> optional = Optional.empty();
        for (RecordShape.Component component : RecordShape.of(type).components()) {
            if (Names.isHidden(type, component.name())) {
                continue;
            }
            Field field = field(type, component);
            if (Names.isLabel(type, component.name())) {
                labelField = Optional.of(field);
            } else if (Names.isOptionalLabel(type, component.name())) {
                optional = Optional.of(field);
                found.put(field.name(), field);
            } else {
                found.put(field.name(), field);
            }
        }
        this.fields = Collections.unmodifiableMap(found);
        this.label = labelField;
        this.optionalLabel = optional;
    }

    static BlockShape of(Class<?> recordType) {
        return new BlockShape(recordType);
    }

    Class<?> type() {
        return type;
    }

    Optional<Field> label() {
        return label;
    }

    /** The component that a label is, where the block may go without. */
    Optional<Field> optionalLabel() {
        return optionalLabel;
    }

    Optional<Field> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    List<Field> fields() {
        return List.copyOf(fields.values());
    }

    List<String> names() {
        return new ArrayList<>(fields.keySet());
    }

    private static Field field(Class<?> type, RecordShape.Component component) {
        Type content = withoutOptional(component.type());
        Form form = Form.ATTRIBUTE;
        if (isRecord(content)) {
            form = Form.BLOCK;
        } else if (content instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            Type last = arguments[arguments.length - 1];
            if (isRecord(last)) {
                form = arguments.length == 1 ? Form.BLOCKS : Form.LABELLED_BLOCKS;
                content = last;
            } else if (arguments.length == 2) {
                form = Form.MAP;
                content = last;
            }
        }
        String name = Names.of(type, component.name());
        boolean plural = form == Form.BLOCKS || form == Form.LABELLED_BLOCKS;
        return new Field(plural ? Names.singular(name) : name, component.json(), form, content);
    }

    private static Type withoutOptional(Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == Optional.class
                ? generic.getActualTypeArguments()[0]
                : type;
    }

    private static boolean isRecord(Type type) {
        return type instanceof Class<?> simple && simple.isRecord() && !Scalar.class.isAssignableFrom(simple);
    }
}
