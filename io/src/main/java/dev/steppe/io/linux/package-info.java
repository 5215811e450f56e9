/** Linux system calls through the Foreign Function API, and what /proc says about processes. Blocking; never on a loop. */
@NullMarked
package dev.steppe.io.linux;

import org.jspecify.annotations.NullMarked;
