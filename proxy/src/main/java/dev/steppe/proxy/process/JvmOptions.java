package dev.steppe.proxy.process;

import java.util.List;

/** The JVM options of both processes; docs/decisions/020-node-proxy.md has the figures that chose them. */
final class JvmOptions {
    private static final List<String> COMMON = List.of(
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TrimNativeHeapInterval=5000",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xshare:auto");

    /** Relays hostile bytes fast: both compilers, small heap, buffers outside of it. */
    static List<String> proxy() {
        return join(List.of(
                "-Xms8m",
                "-Xmx64m",
                "-Xss256k",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:ReservedCodeCacheSize=32m",
                "-XX:CICompilerCount=2",
                "-Dio.netty.allocator.type=pooled",
                "-Dio.netty.allocator.maxOrder=4",
                "-Dio.netty.allocator.numHeapArenas=0",
                "-Dio.netty.leakDetection.level=disabled"));
    }

    /** Some requests a second at most: never worth a compiler, whose memory is a quarter of the process. */
    static List<String> broker() {
        return join(List.of("-Xms2m", "-Xmx8m", "-Xss256k", "-Xint", "-XX:MaxMetaspaceSize=32m"));
    }

    private static List<String> join(List<String> more) {
        return java.util.stream.Stream.concat(COMMON.stream(), more.stream()).toList();
    }

    private JvmOptions() {}
}
