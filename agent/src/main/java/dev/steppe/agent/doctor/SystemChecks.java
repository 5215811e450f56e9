package dev.steppe.agent.doctor;

import dev.steppe.client.driver.UserPolicy;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Rights, kernel, tools, accounts and the clock. */
final class SystemChecks {
    private static final String ACCOUNT = "steppe-task";
    private static final Instant EARLIEST = Instant.parse("2025-09-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2099-01-01T00:00:00Z");
    /** Processes are waited for on descriptors (pidfd_open), which is how the agent learns of their end. */
    private static final int[] KERNEL_NEEDED = {5, 3};
    /** A whole control group is killed at once (cgroup.kill); before, process by process. */
    private static final int[] KERNEL_WISHED = {5, 14};

    private SystemChecks() {}

    static Finding rights(Examination examination) {
        var why = "root gives allocations networks of their own, limits, users of their own and secrets in memory;"
                + " without it tasks run as you, with host networking and without limits";
        return examination.isRoot()
                ? Finding.ok("root", "runs as root", why)
                : Finding.warning(
                        "root",
                        "runs as uid " + examination.machine().effectiveUser(),
                        why,
                        "sudo steppe doctor, and later sudo steppe agent -dev");
    }

    static Finding kernel(Examination examination) throws IOException, InterruptedException {
        var why = "5.3 is needed to see tasks end; 5.14 kills a whole control group at once";
        if (!examination.machine().isLinux()) {
            return Finding.problem("kernel", "this is not Linux", why, "run the agent on Linux");
        }
        var release = examination.text("/proc/sys/kernel/osrelease");
        var upgrade = "upgrade the kernel to 5.14 or newer";
        if (isBefore(release, KERNEL_NEEDED)) {
            return Finding.problem("kernel", "Linux " + release + " is older than 5.3", why, upgrade);
        }
        return isBefore(release, KERNEL_WISHED)
                ? Finding.warning("kernel", "Linux " + release + " is older than 5.14", why, upgrade)
                : Finding.ok("kernel", "Linux " + release, why);
    }

    private static boolean isBefore(String release, int[] wanted) {
        var parts = release.split("[^0-9]", 3);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        return major < wanted[0] || (major == wanted[0] && Integer.parseInt(parts[1]) < wanted[1]);
    }

    static Finding tools(Examination examination) {
        var wanted = new LinkedHashMap<String, String>();
        wanted.put("sh", "dash");
        if (examination.isRoot()) {
            wanted.put("setpriv", "util-linux");
        }
        if (examination.isBridging()) {
            wanted.put("unshare", "util-linux");
            wanted.put("ip", "iproute2");
        }
        var missing = new ArrayList<String>();
        var packages = new ArrayList<String>();
        wanted.forEach((tool, debian) -> {
            if (examination.machine().tool(tool).isEmpty()) {
                missing.add(tool);
                if (!packages.contains(debian)) {
                    packages.add(debian);
                }
            }
        });
        var why = "sh is what most tasks begin with, setpriv drops the rights of the mesh's proxy,"
                + " ip makes their networks; without ip there is host networking only";
        return missing.isEmpty()
                ? Finding.ok("tools", String.join(", ", wanted.keySet()) + " are installed", why)
                : Finding.problem(
                        "tools",
                        "missing: " + String.join(", ", missing),
                        why,
                        examination.install(packages.toArray(String[]::new)));
    }

    static Finding account(Examination examination) throws IOException, InterruptedException {
        var why = "tasks run under a user of their allocation's own; where there is none left they run under this one,"
                + " never as root";
        if (!examination.isRoot()) {
            return Finding.ok(
                    "task account", "tasks run as uid " + examination.machine().effectiveUser(), why);
        }
        var lines = examination.lines("/etc/passwd");
        for (String name : UserPolicy.unprivileged().defaultUsers()) {
            for (String line : lines) {
                var fields = line.split(":", -1);
                if (fields.length > 3 && fields[0].equals(name) && !fields[2].equals("0")) {
                    var shared = name.equals(ACCOUNT)
                            ? ""
                            : "; an account of their own, " + ACCOUNT + ", would be used instead";
                    return Finding.ok("task account", name + " (uid " + fields[2] + ")" + shared, why);
                }
            }
        }
        return Finding.warning(
                        "task account",
                        "neither of " + UserPolicy.unprivileged().defaultUsers()
                                + " exists, so tasks become the nameless uid 65534",
                        why + "; programs that look up their own name fail without one",
                        creation())
                .repairable();
    }

    private static String creation() {
        return "useradd --system --user-group --no-create-home --shell /usr/sbin/nologin " + ACCOUNT;
    }

    static List<String> createAccount(Examination examination) throws IOException, InterruptedException {
        var result = examination.machine().run(List.of(creation().split(" ")), "");
        if (result.status() != 0) {
            throw new IOException("useradd failed: " + result.errors().strip());
        }
        return List.of("created the account " + ACCOUNT);
    }

    static Finding clock(Examination examination) throws IOException, InterruptedException {
        var now = examination.machine().now();
        var why = "certificates of the mesh are valid for hours: machines whose clocks differ refuse each other";
        if (now.isBefore(EARLIEST) || now.isAfter(LATEST)) {
            return Finding.problem(
                    "clock",
                    "it is " + now + " here, which cannot be",
                    why,
                    "timedatectl set-ntp true, or date -s <time>");
        }
        var synchronised = examination
                .output("timedatectl", "show", "--property=NTPSynchronized", "--value")
                .strip();
        return switch (synchronised) {
            case "yes" -> Finding.ok("clock", "synchronised over the network", why);
            case "no" -> Finding.warning("clock", "not synchronised over the network", why, "timedatectl set-ntp true");
            default ->
                Finding.ok(
                        "clock",
                        now.truncatedTo(ChronoUnit.SECONDS) + " (whether it is synchronised is not known here)",
                        why);
        };
    }
}
