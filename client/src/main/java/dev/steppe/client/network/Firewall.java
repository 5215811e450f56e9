package dev.steppe.client.network;

import java.io.IOException;
import java.util.List;

/** Publishes ports and lets allocations out, through one kind of packet filter. Blocking; one caller at a time. */
interface Firewall {
    /** How people know it, for example {@code nftables}. */
    String name();

    /** Replaces all rules of ours by what these ports need; existing connections go on. */
    void apply(List<PublishedPort> ports) throws IOException, InterruptedException;

    /** Adds ports to those published; {@code all} are the old and the new ones. */
    void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException;

    /** Takes ports away; {@code left} are those that stay. */
    void withdraw(List<PublishedPort> removed, List<PublishedPort> left) throws IOException, InterruptedException;

    /** True while the rules are as they were applied last; false when somebody flushed or changed them. */
    boolean isIntact() throws IOException, InterruptedException;

    /** Removes all rules of ours. Idempotent. */
    void remove() throws IOException, InterruptedException;
}
