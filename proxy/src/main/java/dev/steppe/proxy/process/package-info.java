/** What an agent uses: starts, adopts, configures, watches, upgrades and stops the proxy of its node. */
@NullMarked
package dev.steppe.proxy.process;

import org.jspecify.annotations.NullMarked;
