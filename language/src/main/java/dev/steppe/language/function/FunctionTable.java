package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Functions by name. Immutable. */
public final class FunctionTable {
    /** Too long for a result: refused before it is built. */
    static final int TEXT_LENGTH_MAX = 2_000_000;

    private final Map<String, Function> functions;

    private FunctionTable(Map<String, Function> functions) {
        this.functions = Collections.unmodifiableMap(new TreeMap<>(functions));
    }

    /** The functions that need nothing but their arguments. */
    public static FunctionTable standard() {
        Definitions definitions = new Definitions();
        NumericFunctions.define(definitions);
        TextFunctions.define(definitions);
        CollectionFunctions.define(definitions);
        SetFunctions.define(definitions);
        EncodingFunctions.define(definitions);
        HashFunctions.define(definitions);
        TimeFunctions.define(definitions);
        NetworkFunctions.define(definitions);
        YamlFunctions.define(definitions);
        RsaFunctions.define(definitions);
        return new FunctionTable(definitions.functions());
    }

    /** This table with the functions that have another result each time, which they take from this randomness. */
    public FunctionTable withRandom(RandomGenerator random) {
        Definitions definitions = new Definitions();
        RandomFunctions.define(definitions, random);
        Map<String, Function> more = new TreeMap<>(functions);
        more.putAll(definitions.functions());
        return new FunctionTable(more);
    }

    /** This table with one function more, or another one of that name. */
    public FunctionTable with(String name, Function function) {
        Map<String, Function> more = new TreeMap<>(functions);
        more.put(name, function);
        return new FunctionTable(more);
    }

    public Collection<String> names() {
        return functions.keySet();
    }

    /** Calls a function; a refusal names it, also when there is none of that name. */
    public Value call(String name, List<Value> arguments) throws FunctionException {
        Optional<Function> function = Optional.ofNullable(functions.get(name));
        if (function.isEmpty()) {
            throw new FunctionException("There is no function \"" + name + "\"");
        }
        try {
            return function.get().call(arguments);
        } catch (FunctionException refusal) {
            throw new FunctionException(name + "(): " + refusal.getMessage());
        }
    }
}
