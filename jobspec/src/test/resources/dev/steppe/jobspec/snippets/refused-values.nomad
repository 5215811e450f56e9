job "x" {
  group "g" {
    network {
      port "http" {
        static = 80
      }
      port "admin" {
        static = 70000
      }
    }
    task "t" {
      driver = "raw_exec"
    }
  }
}
