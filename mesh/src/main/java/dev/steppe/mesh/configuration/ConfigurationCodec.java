package dev.steppe.mesh.configuration;

import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a {@link ProxyConfiguration}: a magic number, a format version, a checksum, the body. A reader refuses a
 * newer format by name, so a proxy that is older than its agent keeps the configuration it has.
 */
public final class ConfigurationCodec {
    public static final int FORMAT = 2;
    private static final int MAGIC = 0x53505846;
    private static final int HEADER_BYTES = 10;

    private ConfigurationCodec() {}

    /** The file contains private keys: it may be readable by the proxy's user alone. */
    public static byte[] encode(ProxyConfiguration configuration) {
        var body = new BinaryOutput();
        body.i64(configuration.version());
        body.text(configuration.trust().trustDomain());
        body.list(configuration.trust().rootsPem(), body::text);
        body.list(configuration.sidecars(), sidecar -> write(body, sidecar));
        byte[] bytes = body.toBytes();
        var out = new BinaryOutput();
        out.u32(MAGIC);
        out.u16(FORMAT);
        out.u32(checksum(bytes, 0));
        var whole = new byte[HEADER_BYTES + bytes.length];
        System.arraycopy(out.toBytes(), 0, whole, 0, HEADER_BYTES);
        System.arraycopy(bytes, 0, whole, HEADER_BYTES, bytes.length);
        return whole;
    }

    /** Throws IllegalArgumentException, saying what is wrong, for anything that {@link #encode} did not write. */
    public static ProxyConfiguration decode(byte[] bytes) {
        var in = new BinaryInput(bytes);
        if (in.u32() != MAGIC) {
            throw new IllegalArgumentException("this is not a proxy configuration");
        }
        int format = in.u16();
        if (format != FORMAT) {
            throw new IllegalArgumentException("proxy configuration of format " + format + ", this reads " + FORMAT);
        }
        if (in.u32() != checksum(bytes, HEADER_BYTES)) {
            throw new IllegalArgumentException("the proxy configuration is damaged (checksum)");
        }
        long version = in.i64();
        var trust = new TrustBundle(in.text(), in.list(in::text));
        var configuration = new ProxyConfiguration(version, trust, in.list(() -> readSidecar(in)));
        in.end();
        return configuration;
    }

    private static int checksum(byte[] bytes, int from) {
        var crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }

    private static void write(BinaryOutput out, Sidecar sidecar) {
        out.text(sidecar.allocationId());
        out.text(sidecar.service());
        switch (sidecar.namespace()) {
            case NetworkNamespace.Host() -> out.text("");
            case NetworkNamespace.Named(var name) -> out.text(name);
        }
        write(out, sidecar.leaf().identity());
        out.text(sidecar.leaf().certificateChainPem());
        out.text(sidecar.leaf().privateKey().reveal());
        out.u8(sidecar.inbound().isPresent() ? 1 : 0);
        sidecar.inbound().ifPresent(inbound -> write(out, inbound));
        out.list(sidecar.upstreams(), upstream -> write(out, upstream));
        out.list(sidecar.exposed(), exposed -> write(out, exposed));
    }

    private static Sidecar readSidecar(BinaryInput in) {
        String allocation = in.text();
        String service = in.text();
        String namespace = in.text();
        var leaf = new Leaf(readIdentity(in), in.text(), new PrivateKeyPem(in.text()));
        Optional<Inbound> inbound = in.u8() == 1 ? Optional.of(readInbound(in)) : Optional.empty();
        return new Sidecar(
                allocation,
                service,
                namespace.isEmpty() ? new NetworkNamespace.Host() : new NetworkNamespace.Named(namespace),
                leaf,
                inbound,
                in.list(() -> readUpstream(in)),
                in.list(() -> readExposed(in)));
    }

    private static void write(BinaryOutput out, Exposed exposed) {
        write(out, exposed.bind());
        out.list(exposed.paths(), path -> {
            out.text(path.path());
            write(out, path.target());
        });
    }

    private static Exposed readExposed(BinaryInput in) {
        return new Exposed(readAddress(in), in.list(() -> new Exposed.Path(in.text(), readAddress(in))));
    }

    private static void write(BinaryOutput out, Inbound inbound) {
        write(out, inbound.publicAddress());
        write(out, inbound.target());
        out.list(inbound.policy().rules(), rule -> {
            out.text(rule.source());
            out.text(rule.destination());
            write(out, rule.action());
        });
        write(out, inbound.policy().otherwise());
    }

    private static Inbound readInbound(BinaryInput in) {
        return new Inbound(
                readAddress(in),
                readAddress(in),
                new IntentionPolicy(
                        in.list(() -> new IntentionRule(in.text(), in.text(), readAction(in))), readAction(in)));
    }

    private static void write(BinaryOutput out, Upstream upstream) {
        write(out, upstream.bind());
        out.text(upstream.destination());
        write(out, upstream.expectedPeer());
        out.list(upstream.endpoints(), endpoint -> write(out, endpoint));
    }

    private static Upstream readUpstream(BinaryInput in) {
        return new Upstream(readAddress(in), in.text(), readIdentity(in), in.list(() -> readAddress(in)));
    }

    private static void write(BinaryOutput out, SpiffeId identity) {
        out.text(identity.uri());
    }

    private static SpiffeId readIdentity(BinaryInput in) {
        String uri = in.text();
        return SpiffeId.parse(uri).orElseThrow(() -> new IllegalArgumentException("'" + uri + "' is no identity"));
    }

    static void write(BinaryOutput out, Address address) {
        out.text(address.ip());
        out.u16(address.port());
    }

    static Address readAddress(BinaryInput in) {
        return new Address(in.text(), in.u16());
    }

    private static void write(BinaryOutput out, IntentionRule.Action action) {
        out.u8(
                switch (action) {
                    case ALLOW -> 1;
                    case DENY -> 0;
                });
    }

    private static IntentionRule.Action readAction(BinaryInput in) {
        int code = in.u8();
        return switch (code) {
            case 0 -> IntentionRule.Action.DENY;
            case 1 -> IntentionRule.Action.ALLOW;
            default -> throw new IllegalArgumentException("intention action " + code + " is unknown");
        };
    }
}
