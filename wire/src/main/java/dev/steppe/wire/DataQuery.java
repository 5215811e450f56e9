package dev.steppe.wire;

/**
 * What a node wants to know for one of its tasks. Names of variants and components are part of the format: they may be
 * added to, never renamed.
 */
public sealed interface DataQuery {

    /** A variable; the answer is {@link DataAnswer.FoundVariable}. */
    record OneVariable(String namespace, String path) implements DataQuery {}

    /** The variables whose path begins so and that the task may read; {@link DataAnswer.FoundVariables}. */
    record VariablesUnder(String namespace, String prefix) implements DataQuery {}

    /** A key of the key-value store; {@link DataAnswer.FoundKeys} with one entry. */
    record OneKey(String key) implements DataQuery {}

    /** The keys that begin so; {@link DataAnswer.FoundKeys}, empty when there is none. */
    record KeysUnder(String prefix) implements DataQuery {}

    /** The instances of a service, whatever their health; {@link DataAnswer.FoundInstances}, empty when there is none. */
    record OneService(String name) implements DataQuery {}

    /** The names of all services; {@link DataAnswer.FoundServices}. */
    record AllServices() implements DataQuery {}
}
