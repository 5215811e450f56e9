# Always busy, so that its hard limit shows.
job "isolated" {
  group "g" {
    task "isolated" {
      driver = "exec"
      config {
        command        = "/bin/sh"
        args           = ["-c", "while :; do :; done"]
        cpu_hard_limit = true
      }
      resources {
        cpu        = 200
        memory     = 48
        memory_max = 96
      }
    }
  }
}
