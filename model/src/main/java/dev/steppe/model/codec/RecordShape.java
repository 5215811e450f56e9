package dev.steppe.model.codec;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a record class looks like to everything that reads or writes records generically: JSON, the binary form, job
 * files and diffs. Immutable; computed once per class.
 */
public final class RecordShape {
    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return new RecordShape(type);
        }
    };

    private final List<Component> components;
    private final Constructor<?> constructor;
    private volatile List<Optional<Object>> absent = List.of();

    /** One component of a record, in declaration order. */
    public record Component(
            String name,
            String json,
            Type type,
            Optional<String> defaultText,
            boolean flat,
            boolean rfc3339,
            Accessor accessor) {

        /** This component's value in the given record. */
        public Object of(Object instance) {
            return accessor.of(instance);
        }

        /** The value when the text leaves this component out; empty when it must not. */
        private Optional<Object> absent() {
            try {
                Format format = Formats.of(type);
                return Optional.of(defaultText.isPresent() ? format.parse(defaultText.get()) : format.absent());
            } catch (CodecException required) {
                return Optional.empty();
            }
        }
    }

    private RecordShape(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type + " is not a record");
        }
        var list = new ArrayList<Component>();
        var parameterTypes = new ArrayList<Class<?>>();
        for (RecordComponent component : type.getRecordComponents()) {
            parameterTypes.add(component.getType());
            list.add(describe(component));
        }
        components = Collections.unmodifiableList(list);
        try {
            constructor = type.getDeclaredConstructor(parameterTypes.toArray(new Class<?>[0]));
            constructor.setAccessible(true);
        } catch (NoSuchMethodException bug) {
            throw new IllegalStateException(type + " has no canonical constructor", bug);
        }
    }

    private static Component describe(RecordComponent component) {
        var json = component.getAnnotation(Json.class);
        var defaultText = component.getAnnotation(Default.class);
        var accessor = component.getAccessor();
        accessor.setAccessible(true);
        return new Component(
                component.getName(),
                json == null ? JsonNames.of(component.getName()) : json.value(),
                component.getGenericType(),
                Optional.ofNullable(defaultText).map(Default::value),
                component.isAnnotationPresent(Flat.class),
                component.isAnnotationPresent(Rfc3339.class),
                new Accessor(accessor));
    }

    /** The record with another value of one component. */
    public static <T extends Record> T with(T record, String component, Object value) {
        return with(record, new Value(component, value));
    }

    /** What a component, by its name, is to be. */
    public record Value(String component, Object value) {}

    /** The record with other values of some components. */
    @SuppressWarnings("unchecked")
    public static <T extends Record> T with(T record, Value... changes) {
        RecordShape shape = of(record.getClass());
        var values = new Object[shape.components.size()];
        for (int i = 0; i < values.length; i++) {
            Component component = shape.components.get(i);
            values[i] = component.of(record);
            for (Value change : changes) {
                values[i] = change.component.equals(component.name) ? change.value : values[i];
            }
        }
        try {
            return (T) shape.construct(values);
        } catch (CodecException refused) {
            throw new IllegalArgumentException(refused.getMessage(), refused);
        }
    }

    /** The shape of a record class. */
    public static RecordShape of(Class<?> recordType) {
        return SHAPES.get(recordType);
    }

    public List<Component> components() {
        return components;
    }

    /** The components whose value in the record is not that of one that the text leaves out. */
    public List<Component> saidIn(Object instance) {
        if (absent.isEmpty()) {
            // Not in the constructor, since records may contain themselves.
            absent = components.stream().map(Component::absent).toList();
        }
        var said = new ArrayList<Component>();
        for (int i = 0; i < components.size(); i++) {
            Optional<Object> left = absent.get(i);
            if (left.isEmpty() || !left.get().equals(components.get(i).of(instance))) {
                said.add(components.get(i));
            }
        }
        return said;
    }

    /**
     * A new record from its components' values, in order.
     *
     * @throws CodecException when the record's own validation refuses them, with its message
     */
    public Object construct(Object[] values) throws CodecException {
        return construct(constructor, values);
    }

    static Object construct(Constructor<?> constructor, Object... values) throws CodecException {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            if (refused.getCause() instanceof IllegalArgumentException reason) {
                throw new CodecException(String.valueOf(reason.getMessage()));
            }
            throw new IllegalStateException("constructing " + constructor.getDeclaringClass(), refused.getCause());
        } catch (ReflectiveOperationException bug) {
            throw new IllegalStateException("constructing " + constructor.getDeclaringClass(), bug);
        }
    }
}
