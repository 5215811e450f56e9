@org.jspecify.annotations.NullMarked
package dev.steppe.agent.log;
