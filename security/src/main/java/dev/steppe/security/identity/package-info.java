/** Names of workloads and agents: trust domains and SPIFFE identities, parsed once at the edge. */
@NullMarked
package dev.steppe.security.identity;

import org.jspecify.annotations.NullMarked;
