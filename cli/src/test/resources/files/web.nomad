variable "count" {
  type    = number
  default = 1
}

job "transcode-api" {
  group "api" {
    count = var.count
    task "api" {
      driver = "raw_exec"
      config {
        command = trimspace(file("command.txt"))
      }
    }
  }
}
