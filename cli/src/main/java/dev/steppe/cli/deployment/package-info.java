/** Commands about deployments. */
@NullMarked
package dev.steppe.cli.deployment;

import org.jspecify.annotations.NullMarked;
