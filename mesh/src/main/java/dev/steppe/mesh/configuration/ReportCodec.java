package dev.steppe.mesh.configuration;

import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.mesh.configuration.ProxyReport.InboundCounters;
import dev.steppe.mesh.configuration.ProxyReport.Refusal;
import dev.steppe.mesh.configuration.ProxyReport.Side;
import dev.steppe.mesh.configuration.ProxyReport.UpstreamCounters;
import java.time.Instant;

/** The bytes of a {@link ProxyReport} on the proxy's control socket. */
public final class ReportCodec {
    private static final int FORMAT = 1;

    private ReportCodec() {}

    public static byte[] encode(ProxyReport report) {
        var out = new BinaryOutput();
        out.u8(FORMAT);
        out.i64(report.version());
        write(out, report.startedAt());
        out.list(report.problems(), out::text);
        out.list(report.inbounds(), inbound -> write(out, inbound));
        out.list(report.upstreams(), upstream -> write(out, upstream));
        out.list(report.refusals(), refusal -> write(out, refusal));
        return out.toBytes();
    }

    /** Throws IllegalArgumentException for anything that {@link #encode} did not write. */
    public static ProxyReport decode(byte[] bytes) {
        var in = new BinaryInput(bytes);
        int format = in.u8();
        if (format != FORMAT) {
            throw new IllegalArgumentException("proxy report of format " + format + ", this reads " + FORMAT);
        }
        var report = new ProxyReport(
                in.i64(),
                readInstant(in),
                in.list(in::text),
                in.list(() -> readInbound(in)),
                in.list(() -> readUpstream(in)),
                in.list(() -> readRefusal(in)));
        in.end();
        return report;
    }

    private static void write(BinaryOutput out, InboundCounters counters) {
        out.text(counters.allocationId());
        out.text(counters.service());
        ConfigurationCodec.write(out, counters.publicAddress());
        out.i64(counters.accepted());
        out.i64(counters.active());
        out.i64(counters.denied());
        out.i64(counters.failed());
        out.i64(counters.bytesReceived());
        out.i64(counters.bytesSent());
    }

    private static InboundCounters readInbound(BinaryInput in) {
        return new InboundCounters(
                in.text(),
                in.text(),
                ConfigurationCodec.readAddress(in),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64());
    }

    private static void write(BinaryOutput out, UpstreamCounters counters) {
        out.text(counters.allocationId());
        out.text(counters.service());
        out.text(counters.destination());
        ConfigurationCodec.write(out, counters.bind());
        out.i64(counters.accepted());
        out.i64(counters.active());
        out.i64(counters.denied());
        out.i64(counters.failed());
        out.i64(counters.bytesSent());
        out.i64(counters.bytesReceived());
    }

    private static UpstreamCounters readUpstream(BinaryInput in) {
        return new UpstreamCounters(
                in.text(),
                in.text(),
                in.text(),
                ConfigurationCodec.readAddress(in),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64());
    }

    private static void write(BinaryOutput out, Refusal refusal) {
        out.i64(refusal.sequence());
        write(out, refusal.lastAt());
        out.i64(refusal.count());
        out.text(refusal.side().name());
        out.text(refusal.cause().name());
        out.text(refusal.allocationId());
        out.text(refusal.source());
        out.text(refusal.destination());
        out.text(refusal.rule());
        out.text(refusal.remedy());
    }

    private static Refusal readRefusal(BinaryInput in) {
        return new Refusal(
                in.i64(),
                readInstant(in),
                in.i64(),
                Side.valueOf(in.text()),
                Cause.valueOf(in.text()),
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                in.text());
    }

    private static void write(BinaryOutput out, Instant instant) {
        out.i64(instant.getEpochSecond());
        out.u32(instant.getNano());
    }

    private static Instant readInstant(BinaryInput in) {
        return Instant.ofEpochSecond(in.i64(), in.u32());
    }
}
