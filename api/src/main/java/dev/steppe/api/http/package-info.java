/** A small HTTP server: one route table, handlers on virtual threads, waiting answers that hold no thread. */
@NullMarked
package dev.steppe.api.http;

import org.jspecify.annotations.NullMarked;
