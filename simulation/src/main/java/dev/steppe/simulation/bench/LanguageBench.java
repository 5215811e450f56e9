package dev.steppe.simulation.bench;

import dev.steppe.jobspec.JobFile;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** How long reading takes, warm: a large job file to its syntax tree, the same to a job, and a small one to a job. */
public final class LanguageBench {
    private static final PrintStream OUT = System.out;
    private static final int ROUNDS = 60;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private LanguageBench() {}

    private interface Work {
        int run() throws DiagnosticException;
    }

    public static void main(String[] arguments) throws DiagnosticException {
        String large = job(170);
        String small = job(2);
        measure(
                "syntax tree of " + large.length() / 1024 + " KB",
                () -> Hcl.parse(new Source("large", large)).body().items().size());
        measure("job of " + large.length() / 1024 + " KB", () -> groups(large));
        measure("job of " + small.length() / 1024 + " KB", () -> groups(small));
    }

    private static int groups(String text) throws DiagnosticException {
        return JobFile.parse("bench.nomad", text, Map.of()).job().taskGroups().size();
    }

    private static void measure(String name, Work work) throws DiagnosticException {
        long[] nanos = new long[ROUNDS];
        long[] processor = new long[ROUNDS];
        long checksum = 0;
        for (int i = 0; i < 2 * ROUNDS; i++) {
            long start = System.nanoTime();
            long startOfProcessor = THREADS.getCurrentThreadCpuTime();
            checksum += work.run();
            processor[i % ROUNDS] = THREADS.getCurrentThreadCpuTime() - startOfProcessor;
            nanos[i % ROUNDS] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        Arrays.sort(processor);
        OUT.printf(
                "%-24s p50 %7.2f ms  p95 %7.2f ms  processor p50 %7.2f ms  (%d rounds, %d)%n",
                name,
                millis(nanos[ROUNDS / 2]),
                millis(nanos[ROUNDS * 95 / 100]),
                millis(processor[ROUNDS / 2]),
                ROUNDS,
                checksum);
    }

    private static double millis(long nanos) {
        return Duration.ofNanos(nanos).toNanos() / 1e6;
    }

    private static String job(int groups) {
        StringBuilder text = new StringBuilder("locals {\n  version = \"1.2\"\n}\njob \"bench\" {\n");
        for (int i = 0; i < groups; i++) {
            text.append("""
                      group "group-%d" {
                        count = 1 + 2 * 3
                        constraint {
                          attribute = "${attr.kernel.name}"
                          value     = "linux"
                        }
                        network {
                          mode = "bridge"
                          port "http" {
                            to = 8080
                          }
                        }
                        service {
                          name = "service-%d"
                          port = "http"
                          tags = ["a", "b", "v-${local.version}"]
                          check {
                            type     = "http"
                            path     = "/health"
                            interval = "10s"
                            timeout  = "2s"
                          }
                        }
                        task "task" {
                          driver = "raw_exec"
                          config {
                            command = "/bin/sh"
                            args    = ["-c", "exec server --port ${NOMAD_PORT_http}", upper("x")]
                          }
                          template {
                            destination = "local/config"
                            data        = <<-EOT
                              {{ range service "db" }}
                              server {{ .Address }}:{{ .Port }}
                              {{ end }}
                            EOT
                          }
                          resources {
                            cpu    = 100
                            memory = 128
                          }
                        }
                      }
                    """.formatted(i, i));
        }
        return text.append("}\n").toString();
    }
}
