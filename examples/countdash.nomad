# The count dashboard: two groups in one job, the page on port 9002 of the host, the service behind it in the mesh only.
variable "jar" {
  type        = string
  description = "The example programs, built to build/examples/example-programs.jar; every user must be able to read it."
}

job "countdash" {
  datacenters = ["dc1"]

  group "api" {
    network {
      mode = "bridge"
    }

    service {
      name = "count-api"
      port = "9001"

      connect {
        sidecar_service {}
      }

      check {
        type     = "http"
        path     = "/health"
        interval = "2s"
        timeout  = "2s"
      }
    }

    task "web" {
      driver = "java"

      config {
        class_path  = var.jar
        class       = "dev.steppe.examples.CountApi"
        args        = ["--listen=0.0.0.0:9001"]
        jvm_options = ["-Xmx24m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
      }

      resources {
        cpu    = 50
        memory = 96
      }
    }
  }

  group "dashboard" {
    network {
      mode = "bridge"

      port "http" {
        static = 9002
        to     = 9002
      }
    }

    service {
      name = "count-dashboard"
      port = "http"

      connect {
        sidecar_service {
          proxy {
            upstreams {
              destination_name = "count-api"
              local_bind_port  = 8080
            }
          }
        }
      }

      check {
        type     = "http"
        path     = "/health"
        interval = "2s"
        timeout  = "2s"
      }
    }

    task "dashboard" {
      driver = "java"

      env {
        COUNTING_SERVICE_URL = "http://${NOMAD_UPSTREAM_ADDR_count_api}"
      }

      config {
        class_path  = var.jar
        class       = "dev.steppe.examples.CountDashboard"
        args        = ["--listen=0.0.0.0:9002"]
        jvm_options = ["-Xmx24m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
      }

      resources {
        cpu    = 50
        memory = 96
      }
    }
  }
}
