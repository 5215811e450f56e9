# The guide's engine on one machine: a plain process that listens on the loopback of its own network only, so that the mesh
# is the one way to it. It runs as the node's unprivileged default user.
variable "jar" {
  type        = string
  description = "The example programs, built to build/examples/example-programs.jar; every user must be able to read it."
}

variable "java" {
  type        = string
  description = "A java binary, version 17 or newer, by its absolute path or as found in the PATH."
  default     = "java"
}

job "transcode-engine" {
  datacenters = ["dc1"]
  type        = "service"

  group "engine" {
    count = 1

    network {
      mode = "bridge"
      port "grpc" {
        to = 7000
      }
    }

    restart {
      attempts = 3
      interval = "1m"
      delay    = "1s"
      mode     = "delay"
    }

    service {
      name = "transcode-engine"
      port = "7000"

      connect {
        sidecar_service {}
      }

      check {
        type     = "tcp"
        interval = "2s"
        timeout  = "2s"
      }
    }

    task "engine" {
      driver = "raw_exec"

      config {
        command = var.java
        args = [
          "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
          "-cp", var.jar, "dev.steppe.examples.TranscodeEngine", "--listen=127.0.0.1:7000",
        ]
      }

      resources {
        cpu    = 200
        memory = 128
      }
    }
  }
}
