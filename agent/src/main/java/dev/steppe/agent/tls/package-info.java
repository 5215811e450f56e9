/** The commands with which an operator keeps an authority of their own and makes the certificates of agents. */
@NullMarked
package dev.steppe.agent.tls;

import org.jspecify.annotations.NullMarked;
