/** The door to clock, random, threads, disk, processes and Linux system calls. */
@NullMarked
package dev.steppe.io;

import org.jspecify.annotations.NullMarked;
