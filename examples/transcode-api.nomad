# The guide's API on one machine: a JVM service in the mesh that reaches the engine only as its upstream on localhost:9090.
variable "jar" {
  type        = string
  description = "The example programs, built to build/examples/example-programs.jar; every user must be able to read it."
}

variable "count" {
  type    = number
  default = 2
}

job "transcode-api" {
  datacenters = ["dc1"]
  type        = "service"

  group "api" {
    count = var.count

    network {
      mode = "bridge"
      port "http" {
        to = 8080
      }
    }

    restart {
      attempts = 3
      interval = "1m"
      delay    = "1s"
      mode     = "delay"
    }

    service {
      name = "transcode-api"
      port = "8080"

      connect {
        sidecar_service {
          proxy {
            upstreams {
              destination_name = "transcode-engine"
              local_bind_port  = 9090
            }
          }
        }
      }

      check {
        type     = "http"
        path     = "/healthz"
        interval = "2s"
        timeout  = "2s"
      }
    }

    task "api" {
      driver = "java"

      config {
        class_path  = var.jar
        class       = "dev.steppe.examples.TranscodeApi"
        args        = ["--listen=0.0.0.0:8080"]
        jvm_options = ["-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
