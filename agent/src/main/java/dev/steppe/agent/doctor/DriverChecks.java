package dev.steppe.agent.doctor;

/** What the drivers of tasks find here. */
final class DriverChecks {
    private DriverChecks() {}

    static Finding docker(Examination examination) {
        var why = "only tasks of the docker driver need it; everything else runs without";
        var found = examination.machine().docker();
        if (found.healthy()) {
            var version = found.attributes().getOrDefault("driver.docker.version", "of unknown version");
            return Finding.ok("docker", "the daemon answers, version " + version, why);
        }
        if (!found.detected()) {
            return Finding.ok("docker", "no daemon", why);
        }
        var remedy = found.description().contains("Permission denied")
                ? "usermod -aG docker <user>, or run the agent as root"
                : "systemctl restart docker, then systemctl status docker";
        return Finding.warning("docker", found.description(), why, remedy);
    }

    static Finding java(Examination examination) {
        var why = "only tasks of the java driver need it; a job can name another installation";
        return examination
                .machine()
                .java()
                .map(home -> Finding.ok("java", "version " + home.version() + " in " + home.directory(), why))
                .orElseGet(() -> Finding.warning(
                        "java",
                        "no installation with a release file in JAVA_HOME, the PATH or /usr/lib/jvm",
                        why,
                        "install a JRE, or set JAVA_HOME for the agent"));
    }
}
