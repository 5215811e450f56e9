/** The programs that the example jobs run. They know nothing of Steppe: they see ports, environment variables and files. */
@NullMarked
package dev.steppe.examples;

import org.jspecify.annotations.NullMarked;
