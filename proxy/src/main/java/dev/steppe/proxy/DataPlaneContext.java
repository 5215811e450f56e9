package dev.steppe.proxy;

import dev.steppe.proxy.identity.PeerVerifier;
import dev.steppe.proxy.report.RefusalLog;
import dev.steppe.proxy.sockets.EventLoops;
import dev.steppe.proxy.sockets.SocketSource;

/** What all listeners of one data plane share. */
public record DataPlaneContext(
        Limits limits, EventLoops loops, SocketSource sockets, PeerVerifier verifier, RefusalLog refusals) {}
