/** Texts people wrote, places in them, and what is wrong there. */
@NullMarked
package dev.steppe.language.source;

import org.jspecify.annotations.NullMarked;
