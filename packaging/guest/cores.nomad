job "cores" {
  group "g" {
    task "cores" {
      driver = "exec"
      config {
        command = "/bin/sleep"
        args    = ["1000000"]
      }
      resources {
        cores  = 1
        memory = 32
      }
    }
  }
}
