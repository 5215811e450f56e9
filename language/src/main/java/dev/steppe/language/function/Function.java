package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.util.List;

/** Computes a value from values: the same arguments give the same result, and the time it takes is bounded by their size. */
@FunctionalInterface
public interface Function {
    Value call(List<Value> arguments) throws FunctionException;
}
