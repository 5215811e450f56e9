/** The data of an allocation on its way from one node to another. */
@NullMarked
package dev.steppe.client.disk;

import org.jspecify.annotations.NullMarked;
