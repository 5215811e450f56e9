# The same neighbour as a container, for machines where Docker runs. The image needs a shell and wget (busybox has both).
variable "image" {
  type    = string
  default = "busybox:stable"
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
      driver = "docker"

      config {
        image   = var.image
        command = "/bin/sh"
        args = [
          "-c",
          "while :; do if answer=$(wget -q -T 2 -O - http://$NOMAD_UPSTREAM_ADDR_transcode_engine/metrics 2>&1); then echo \"scraped $answer\"; else echo \"refused $answer\"; fi; sleep 1; done",
        ]
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
