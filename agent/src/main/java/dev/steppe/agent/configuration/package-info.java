/** Configuration files of an agent: read, checked as a whole, and turned into records with their defaults inside. */
@NullMarked
package dev.steppe.agent.configuration;

import org.jspecify.annotations.NullMarked;
