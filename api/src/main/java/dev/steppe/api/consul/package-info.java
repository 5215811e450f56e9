/** The Consul dialect: catalog, health, intentions and the authority in the published shapes. */
@NullMarked
package dev.steppe.api.consul;

import org.jspecify.annotations.NullMarked;
