/** The Nomad dialect: a table of routes and pure translations between the state and the published shapes. */
@NullMarked
package dev.steppe.api.nomad;

import org.jspecify.annotations.NullMarked;
