/** Who is calling, may they, how is it proved: identities and the certificate authority. Pure: time and randomness are parameters. */
@NullMarked
package dev.steppe.security;

import org.jspecify.annotations.NullMarked;
