/** The name service: the catalog as DNS, everything else forwarded to the machine's resolvers. */
@NullMarked
package dev.steppe.api.dns;

import org.jspecify.annotations.NullMarked;
