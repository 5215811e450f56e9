/** What users keep in the state beside their jobs: variables, keys and values, sessions. */
@NullMarked
package dev.steppe.model.data;

import org.jspecify.annotations.NullMarked;
