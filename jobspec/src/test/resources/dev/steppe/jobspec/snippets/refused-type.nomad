job "x" {
  type = "servce"
  group "g" {
    task "t" {
      driver = "raw_exec"
    }
  }
}
