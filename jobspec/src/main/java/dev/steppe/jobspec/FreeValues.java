package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Turns what a driver or proxy will check itself into plain maps, lists, texts, numbers and truth values. */
final class FreeValues {
    private final Evaluator evaluator;
    private final Findings findings;
    private final DynamicBlocks dynamic;

    FreeValues(Evaluator evaluator, Findings findings, DynamicBlocks dynamic) {
        this.evaluator = evaluator;
        this.findings = findings;
        this.dynamic = dynamic;
    }

    /** The value; null becomes the empty text, which is how the job's own form says "nothing". */
    static Object plain(Value value) {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Bool bool -> bool.truth();
            case Value.Number number -> plain(number);
            case Value.Null _ -> "";
            case Value.Sequence(List<Value> elements) -> {
                List<Object> list = new ArrayList<>();
                for (Value element : elements) {
                    list.add(plain(element));
                }
                yield list;
            }
            case Value.Mapping(Map<String, Value> entries) -> {
                Map<String, Object> map = new TreeMap<>();
                entries.forEach((key, element) -> {
                    if (!(element instanceof Value.Null)) {
                        map.put(key, plain(element));
                    }
                });
                yield map;
            }
        };
    }

    private static Object plain(Value.Number number) {
        boolean small = number.isWhole() && number.number().abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        return small
                ? (Object) number.number().longValueExact()
                : (Object) number.number().doubleValue();
    }

    /** A block: its attributes, and its blocks as lists of such, a labelled block as a map with its label as the key. */
    Map<String, Object> map(OpenBlock block, String place) {
        Map<String, Object> map = new TreeMap<>();
        for (Body.Attribute attribute : block.body().attributes()) {
            findings.place(place + "." + attribute.name(), attribute.nameRange());
            try {
                Value value = evaluator.evaluate(attribute.expression(), block.scope());
                if (!(value instanceof Value.Null)) {
                    map.put(attribute.name(), plain(value));
                }
            } catch (DiagnosticException refusal) {
                findings.addAll(refusal);
            }
        }
        for (OpenBlock inner : dynamic.blocks(block.body(), block.scope())) {
            List<Object> list = new ArrayList<>();
            if (map.get(inner.type()) instanceof List<?> earlier) {
                list.addAll(earlier);
            }
            findings.place(place + "." + inner.type(), inner.range());
            Object content = map(inner, place + "." + inner.type());
            for (String label : inner.labels().reversed()) {
                Map<String, Object> labelled = new TreeMap<>();
                labelled.put(label, List.of(content));
                content = labelled;
            }
            list.add(content);
            map.put(inner.type(), list);
        }
        return map;
    }
}
