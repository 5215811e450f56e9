/**
 * What runs tasks: one interface shaped after the plug-in protocol people know, and the drivers for plain processes and
 * Java programs.
 */
@NullMarked
package dev.steppe.client.driver;

import org.jspecify.annotations.NullMarked;
