job "again" {
  group "g" {
    task "again" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["1000000"]
      }
      resources {
        cpu    = 500
        memory = 64
      }
    }
  }
}
