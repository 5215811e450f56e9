job "transcode-api" {
  datacenters = ["dc1"]
  group "api" {
    task "api" {
      driver = "raw_exec"
      config { command = upper("x", "y") }
    }
  }
}
