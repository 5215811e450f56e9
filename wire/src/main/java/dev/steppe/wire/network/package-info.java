/** The network between agents: mutual TLS, requests from agent to agent, and the streams of nodes. */
@NullMarked
package dev.steppe.wire.network;

import org.jspecify.annotations.NullMarked;
