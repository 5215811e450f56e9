/** Pins what is written to disk, sent between agents and shown to programs. */
@org.jspecify.annotations.NullMarked
package dev.steppe.agent.format;
