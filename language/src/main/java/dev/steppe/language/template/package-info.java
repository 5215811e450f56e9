/** Templates of tasks: Go's template syntax with the functions people know from consul-template. */
@NullMarked
package dev.steppe.language.template;

import org.jspecify.annotations.NullMarked;
