/**
 * What a node's proxy must do, in words that belong to no data plane: identities, listeners, intentions already in order of
 * precedence, and healthy endpoints. One renderer feeds the built-in proxy, another one Envoy.
 */
@NullMarked
package dev.steppe.mesh.configuration;

import org.jspecify.annotations.NullMarked;
