/** Commands about what users keep: variables, the keyring, keys with values, services. */
@NullMarked
package dev.steppe.cli.data;

import org.jspecify.annotations.NullMarked;
