package dev.steppe.model.specification;

import dev.steppe.model.codec.RecordShape;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of one kind of block: the record that it fills, its word in messages, and the answer for each field. */
public final class Block {
    private final Class<?> type;
    private final String name;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Map<String, Row> byComponent = new LinkedHashMap<>();

    Block(Class<?> type, String name, List<Row> rows) {
        this.type = type;
        this.name = name;
        for (Row row : rows) {
            if (this.rows.put(row.field(), row) != null) {
                throw new IllegalStateException(name + " has two rows for " + row.field());
            }
        }
        for (RecordShape.Component component : RecordShape.of(type).components()) {
            row(word(type, component)).ifPresent(row -> byComponent.put(component.name(), row));
        }
    }

    /** A block of which all fields have the same answer. */
    static Block whole(Class<?> type, String name, Answer answer) {
        List<Row> rows = RecordShape.of(type).components().stream()
                .map(component -> new Row(word(type, component), answer, false))
                .toList();
        return new Block(type, name, rows);
    }

    public Class<?> type() {
        return type;
    }

    /** The word of the block; words of blocks around it come first when it alone would not tell. */
    public String name() {
        return name;
    }

    public List<Row> rows() {
        return List.copyOf(rows.values());
    }

    public Optional<Row> row(String field) {
        return Optional.ofNullable(rows.get(field));
    }

    /** The row of a component; what is written in a form of its own has none. */
    Optional<Row> row(RecordShape.Component component) {
        return Optional.ofNullable(byComponent.get(component.name()));
    }

    /** The rows that are no components of the record, by their word. */
    public Map<String, Row> extras() {
        Map<String, Row> extras = new LinkedHashMap<>();
        rows.forEach((word, row) -> {
            if (row.extra()) {
                extras.put(word, row);
            }
        });
        return Collections.unmodifiableMap(extras);
    }

    /** The word in job files of a component. */
    static String word(Class<?> type, RecordShape.Component component) {
        String word = Names.of(type, component.name());
        return isRepeated(component.type()) ? Names.singular(word) : word;
    }

    private static boolean isRepeated(Type componentType) {
        return componentType instanceof ParameterizedType generic
                && generic.getRawType() != Optional.class
                && generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1]
                        instanceof Class<?> last
                && last.isRecord();
    }
}
