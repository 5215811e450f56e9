/** How an agent gets and keeps what it proves itself with to other agents, and how it joins them. */
@NullMarked
package dev.steppe.agent.link;

import org.jspecify.annotations.NullMarked;
