/** Commands about intentions, the catalog and the certificate authority. */
@NullMarked
package dev.steppe.cli.mesh;

import org.jspecify.annotations.NullMarked;
