/** Networks that are not the agent's own: made by the machine's CNI plug-ins, or of a loopback alone. */
@NullMarked
package dev.steppe.client.cni;

import org.jspecify.annotations.NullMarked;
