package dev.steppe.agent.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All checks, in the order in which one thing needs another. Blocking. */
final class Doctor {
    private Doctor() {}

    /** What was found, and the checks that make no sense for this agent. */
    record Diagnosis(List<Finding> findings, List<String> notLookedAt) {
        Diagnosis {
            findings = List.copyOf(findings);
            notLookedAt = List.copyOf(notLookedAt);
        }

        long count(Level level) {
            return findings.stream().filter(finding -> finding.level() == level).count();
        }
    }

    /** What {@code --fix} did for a check, or why it could not. */
    record Repaired(String check, List<String> done, String failure) {
        Repaired {
            done = List.copyOf(done);
        }
    }

    static List<Check> checks() {
        return List.of(
                Check.of("root", SystemChecks::rights),
                Check.of("kernel", SystemChecks::kernel),
                Check.of("tools", SystemChecks::tools),
                Check.of("task account", SystemChecks::account).repairedBy(SystemChecks::createAccount),
                Check.of("clock", SystemChecks::clock),
                Check.of("open files", ResourceChecks::descriptors),
                Check.of("control groups", ResourceChecks::controlGroups),
                Check.of("data directory", ResourceChecks::dataDirectory),
                Check.of("docker", DriverChecks::docker),
                Check.of("java", DriverChecks::java),
                Check.ofBridging("namespaces", KernelNetworkChecks::namespaces),
                Check.ofBridging("packet filter", KernelNetworkChecks::packetFilter),
                Check.ofBridging("forwarding", KernelNetworkChecks::forwarding)
                        .repairedBy(KernelNetworkChecks::forward),
                Check.ofBridging("bridge filtering", KernelNetworkChecks::bridgeFiltering),
                Check.ofBridging("local routing", KernelNetworkChecks::localRouting)
                        .repairedBy(KernelNetworkChecks::routeLocally),
                Check.ofBridging("iptables policy", FirewallChecks::iptables).repairedBy(FirewallChecks::except),
                Check.ofBridging("nftables policy", FirewallChecks::nftables),
                Check.ofBridging("addresses", AddressChecks::subnet),
                Check.ofBridging("bridge", AddressChecks::bridge),
                Check.of("ports", PortChecks::ports),
                Check.ofBridging("name service port", PortChecks::nameService),
                Check.of("names", AddressChecks::names),
                Check.of("leftovers", LeftoverChecks::leftovers).repairedBy(LeftoverChecks::remove));
    }

    /** Looks at everything. A check that fails to look says so and does not stop the others. */
    static Diagnosis examine(Examination examination) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        var notLookedAt = new ArrayList<String>();
        for (Check check : checks()) {
            if (check.need() == Check.Need.BRIDGING && !examination.isBridging()) {
                notLookedAt.add(check.name());
            } else {
                findings.add(look(check, examination));
            }
        }
        return new Diagnosis(findings, notLookedAt);
    }

    private static Finding look(Check check, Examination examination) throws InterruptedException {
        try {
            return check.look().at(examination);
        } catch (IOException failed) {
            return Finding.warning(
                    check.name(),
                    "could not be looked at: " + failed.getMessage(),
                    "this says nothing about whether it is in order",
                    "see whether that file or program works");
        }
    }

    /** Repairs what the diagnosis calls repairable. A repair that fails does not stop the others. */
    static List<Repaired> repair(Examination examination, Diagnosis diagnosis) throws InterruptedException {
        var repaired = new ArrayList<Repaired>();
        for (Check check : checks()) {
            boolean wanted = diagnosis.findings().stream()
                    .anyMatch(finding -> finding.fixable() && finding.check().equals(check.name()));
            if (wanted && check.repair().isPresent()) {
                try {
                    repaired.add(new Repaired(check.name(), check.repair().get().of(examination), ""));
                } catch (IOException failed) {
                    repaired.add(new Repaired(check.name(), List.of(), String.valueOf(failed.getMessage())));
                }
            }
        }
        return repaired;
    }
}
