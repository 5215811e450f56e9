package dev.steppe.server;

import dev.steppe.consensus.Member;

/**
 * A server that asks to be taken in.
 *
 * @param name what people call it
 * @param expected with fewer servers than that it need not have been there for long
 * @param format the newest format of the log that it understands
 */
public record Newcomer(Member member, String name, int expected, int format) {}
