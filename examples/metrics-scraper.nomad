# The noisy neighbour of the guide: asks the engine for numbers through its own upstream and prints "scraped ..." or
# "refused ..." once a second. It listens nowhere; its service exists so that it has an identity.
variable "jar" {
  type        = string
  description = "The example programs, built to build/examples/example-programs.jar; every user must be able to read it."
}

variable "java" {
  type        = string
  description = "A java binary, version 17 or newer, by its absolute path or as found in the PATH."
  default     = "java"
}

job "metrics-scraper" {
  datacenters = ["dc1"]
  type        = "service"

  group "scraper" {
    count = 1

    network {
      mode = "bridge"
    }

    service {
      name = "metrics-scraper"
      port = "9100"

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
    }

    task "scraper" {
      driver = "raw_exec"

      config {
        command = var.java
        args = [
          "-Xmx24m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
          "-cp", var.jar, "dev.steppe.examples.MetricsScraper",
        ]
      }

      resources {
        cpu    = 50
        memory = 96
      }
    }
  }
}
