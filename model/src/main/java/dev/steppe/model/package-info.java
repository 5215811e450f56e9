/** The nouns everybody speaks, as validated records, with one JSON shape and one binary codec. */
@NullMarked
package dev.steppe.model;

import org.jspecify.annotations.NullMarked;
