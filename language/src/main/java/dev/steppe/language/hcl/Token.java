package dev.steppe.language.hcl;

/** A token, by the offsets of its characters. */
record Token(TokenKind kind, int start, int end) {}
