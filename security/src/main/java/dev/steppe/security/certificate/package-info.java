/** The built-in certificate authority, requests made on nodes, leaves, trust bundles and when to renew. */
@NullMarked
package dev.steppe.security.certificate;

import org.jspecify.annotations.NullMarked;
