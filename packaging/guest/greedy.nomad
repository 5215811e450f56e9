# Keeps all it reads, which is more than it may have.
job "greedy" {
  type = "batch"
  group "g" {
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    task "greedy" {
      driver = "exec"
      config {
        command = "/usr/bin/tail"
        args    = ["/dev/zero"]
      }
      resources {
        cpu    = 100
        memory = 32
      }
    }
  }
}
