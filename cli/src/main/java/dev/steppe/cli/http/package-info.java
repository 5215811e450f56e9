/** The road from a command to an agent: HTTP/1.1 over one socket per request. */
@NullMarked
package dev.steppe.cli.http;

import org.jspecify.annotations.NullMarked;
