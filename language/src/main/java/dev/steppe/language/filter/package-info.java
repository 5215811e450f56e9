/** The conditions by which people choose from lists: {@code Status == "running" and Meta.owner matches "^team-"}. */
@NullMarked
package dev.steppe.language.filter;

import org.jspecify.annotations.NullMarked;
