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
        return found.detected()
                ? Finding.warning(
                        "docker", found.description(), why, "systemctl restart docker, then systemctl status docker")
                : Finding.ok("docker", "no daemon", why);
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
