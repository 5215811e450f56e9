/** Health checks of services, run inside the allocation's network. */
@NullMarked
package dev.steppe.client.check;

import org.jspecify.annotations.NullMarked;
