package dev.steppe.proxy.relay;

import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.proxy.report.Traffic;
import dev.steppe.proxy.tunnel.Protocol;
import dev.steppe.proxy.tunnel.Refused;
import dev.steppe.proxy.tunnel.Tunnel;
import dev.steppe.proxy.tunnel.TunnelUser;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One accepted call: copies bytes both ways between an application and a tunnel of the same event loop, reads no faster
 * than the other side takes, and keeps the two directions' ends apart. A call that loses bytes ends with a reset on both
 * sides, never as a regular end.
 */
public final class Relay implements ApplicationUser, TunnelUser {
    private final ApplicationConnection application;
    private final Tunnel tunnel;
    private final Traffic traffic;
    private final Duration halfClosedIdle;
    private final Ending ending;
    private Optional<Future<?>> idleCheck = Optional.empty();
    private boolean applicationEnded;
    private boolean tunnelEnded;
    private boolean over;
    private long moved;

    public Relay(
            ApplicationConnection application, Tunnel tunnel, Traffic traffic, Duration halfClosedIdle, Ending ending) {
        this.application = application;
        this.tunnel = tunnel;
        this.traffic = traffic;
        this.halfClosedIdle = halfClosedIdle;
        this.ending = ending;
    }

    /** Told once, when the call is over. */
    public interface Ending {
        /** Both directions ended regularly; the tunnel may carry the next call when it is framed. */
        void completed(Tunnel tunnel);

        /** The call was given up and the tunnel closed. */
        void abandoned(Optional<Refused> reason);
    }

    /** What the application's direction came to before the relay began. */
    public enum Before {
        OPEN,
        ENDED,
        END_SENT
    }

    /** Begins. */
    public void begin(Before applicationBefore) {
        application.use(this);
        tunnel.use(this);
        application.readFreely(true);
        tunnel.readFreely(true);
        switch (applicationBefore) {
            case OPEN -> {}
            case ENDED -> applicationEnded();
            case END_SENT -> {
                applicationEnded = true;
                oneDirectionEnded();
            }
        }
    }

    /** Gives the call up on both sides, telling the peer why. */
    public void abandon(Refused reason) {
        if (finish()) {
            tunnel.resetAndClose(reason);
            application.abort();
            ending.abandoned(Optional.of(reason));
        }
    }

    @Override
    public void applicationData(ByteBuf withRoom) {
        int bytes = withRoom.readableBytes() - Protocol.HEADER_BYTES;
        moved += bytes;
        traffic.fromApplication(bytes);
        tunnel.send(withRoom);
        if (!tunnel.isWritable()) {
            application.readFreely(false);
        }
    }

    @Override
    public void applicationReadComplete() {
        tunnel.flush();
    }

    @Override
    public void applicationEnded() {
        if (!over && !applicationEnded) {
            applicationEnded = true;
            tunnel.end();
            tunnel.flush();
            oneDirectionEnded();
        }
    }

    @Override
    public void applicationWritabilityChanged() {
        tunnel.readFreely(application.isWritable());
    }

    @Override
    public void applicationClosed() {
        if (finish()) {
            var reason = new Refused(Cause.APPLICATION_DOWN, "", "", "the other application reset the connection", "");
            tunnel.resetAndClose(reason);
            ending.abandoned(Optional.empty());
        }
    }

    @Override
    public void data(ByteBuf bytes) {
        if (over || tunnelEnded) {
            bytes.release();
            return;
        }
        int length = bytes.readableBytes();
        moved += length;
        traffic.toApplication(length);
        application.send(bytes);
        if (!application.isWritable()) {
            tunnel.readFreely(false);
        }
    }

    @Override
    public void readComplete() {
        application.flush();
    }

    @Override
    public void ended() {
        if (!over && !tunnelEnded) {
            tunnelEnded = true;
            if (!applicationEnded) {
                application.endOutput();
            }
            oneDirectionEnded();
        }
    }

    @Override
    public void writabilityChanged() {
        application.readFreely(tunnel.isWritable());
    }

    @Override
    public void reset(Refused reason) {
        if (finish()) {
            application.abort();
            ending.abandoned(Optional.of(reason));
        }
    }

    @Override
    public void closed(Throwable cause) {
        if (finish()) {
            application.abort();
            ending.abandoned(Optional.empty());
        }
    }

    @Override
    public void unexpected(String frame) {
        abandon(new Refused(Cause.UNREACHABLE, "", "", "the peer sent " + frame + " during a call", ""));
    }

    private void oneDirectionEnded() {
        if (applicationEnded && tunnelEnded) {
            finish();
            application.close();
            tunnel.readFreely(true);
            ending.completed(tunnel);
        } else {
            watchSilence(moved);
        }
    }

    /** A half-closed call whose other direction stays silent is a leak of one side or the other. */
    private void watchSilence(long movedBefore) {
        idleCheck = Optional.of(tunnel.eventLoop()
                .schedule(
                        () -> {
                            if (moved == movedBefore) {
                                abandon(new Refused(
                                        Cause.UNREACHABLE, "", "", "half-closed and silent for " + halfClosedIdle, ""));
                            } else if (!over) {
                                watchSilence(moved);
                            }
                        },
                        halfClosedIdle.toMillis(),
                        TimeUnit.MILLISECONDS));
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        idleCheck.ifPresent(check -> check.cancel(false));
        return true;
    }
}
