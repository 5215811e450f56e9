package dev.steppe.agent;

/** A job file of one task that is a script. */
final class ShellJob {
    private ShellJob() {}

    /** With more words in the group and in the task; an instance that fails is not tried again. */
    static String of(String name, String type, String driver, String script, String group, String task) {
        return of(name, type, driver, script, group, task, "cpu = 20\nmemory = 32");
    }

    /** The same with these resources. */
    static String of(
            String name, String type, String driver, String script, String group, String task, String resources) {
        return """
                job "%s" {
                  type = "%s"
                  group "g" {
                    restart {
                      attempts = 0
                      mode     = "fail"
                    }
                    %s
                    task "t" {
                      driver = "%s"
                      config {
                        command = "/bin/sh"
                        args    = ["-c", "%s"]
                      }
                      resources {
                        %s
                      }
                      %s
                    }
                  }
                }
                """.formatted(name, type, group, driver, script, resources, task);
    }
}
