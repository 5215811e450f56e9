job "transcode-api" {
  grup "api" {
    task "api" {
      driver = "raw_exec"
    }
  }
}
