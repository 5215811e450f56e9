package dev.steppe.mesh.catalog;

/**
 * One check of an instance or of a node, and how it came out last.
 *
 * @param id unique on its node
 * @param type {@code http}, {@code tcp}, ..., {@code alias} for one that mirrors another instance, empty for what the
 *     servers know by themselves
 * @param notes what its job says about it, for people
 */
public record Check(String id, String name, String type, Health health, String output, String notes) {
    /** Without notes. */
    public Check(String id, String name, String type, Health health, String output) {
        this(id, name, type, health, output, "");
    }
}
