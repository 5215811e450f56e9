package dev.steppe.proxy.tunnel;

import io.netty.buffer.ByteBuf;

/** The user of a tunnel that is being closed and of no interest to anybody. */
final class Nobody implements TunnelUser {
    @Override
    public void data(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void opened(String allocation) {}

    @Override
    public void accepted() {}

    @Override
    public void refused(Refused refused) {}

    @Override
    public void ended() {}

    @Override
    public void reset(Refused reason) {}

    @Override
    public void closed(Throwable cause) {}

    @Override
    public void unexpected(String frame) {}
}
