package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** setunion, setintersection, setproduct. Sets are lists without repetitions; sets of texts are sorted. */
final class SetFunctions {
    private static final int PRODUCT_SIZE_MAX = 100_000;

    private SetFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("setunion", 1, Definitions.ANY, arguments -> {
            Set<Value> union = new LinkedHashSet<>();
            for (int i = 0; i < arguments.count(); i++) {
                union.addAll(arguments.list(i));
            }
            return asSet(union);
        });
        definitions.add("setintersection", 1, Definitions.ANY, arguments -> {
            Set<Value> common = new LinkedHashSet<>(arguments.list(0));
            for (int i = 1; i < arguments.count(); i++) {
                common.retainAll(new LinkedHashSet<>(arguments.list(i)));
            }
            return asSet(common);
        });
        definitions.add("setproduct", 1, Definitions.ANY, SetFunctions::product);
    }

    private static Value asSet(Set<Value> elements) {
        if (elements.stream().allMatch(Value.Text.class::isInstance)) {
            Set<String> sorted = new TreeSet<>();
            for (Value element : elements) {
                if (element instanceof Value.Text(String text)) {
                    sorted.add(text);
                }
            }
            return Value.texts(sorted);
        }
        return Value.of(List.copyOf(elements));
    }

    private static Value product(Arguments arguments) throws FunctionException {
        List<List<Value>> rows = List.of(List.of());
        for (int i = 0; i < arguments.count(); i++) {
            List<Value> factor = arguments.list(i);
            if ((long) rows.size() * factor.size() * arguments.count() > PRODUCT_SIZE_MAX) {
                throw new FunctionException("the product has more than " + PRODUCT_SIZE_MAX + " elements");
            }
            List<List<Value>> longer = new ArrayList<>();
            for (List<Value> row : rows) {
                for (Value element : factor) {
                    List<Value> next = new ArrayList<>(row);
                    next.add(element);
                    longer.add(next);
                }
            }
            rows = longer;
        }
        return Value.of(rows.stream().map(Value::of).toList());
    }
}
