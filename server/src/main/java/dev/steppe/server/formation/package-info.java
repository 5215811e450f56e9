/** How servers find each other and become one group, and never two. */
@NullMarked
package dev.steppe.server.formation;

import org.jspecify.annotations.NullMarked;
