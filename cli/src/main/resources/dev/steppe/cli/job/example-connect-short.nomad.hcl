job "example" {
  group "page" {
    network {
      mode = "bridge"
    }

    service {
      name = "page"
      port = "8000"

      connect {
        sidecar_service {}
      }
    }

    task "server" {
      driver = "raw_exec"

      config {
        command = "/usr/bin/env"
        args    = ["python3", "-m", "http.server", "--directory", "${NOMAD_TASK_DIR}", "--bind", "127.0.0.1", "8000"]
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }

  group "client" {
    network {
      mode = "bridge"
    }

    service {
      name = "client"

      connect {
        sidecar_service {
          proxy {
            upstreams {
              destination_name = "page"
              local_bind_port  = 9000
            }
          }
        }
      }
    }

    task "loop" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "while sleep 5; do curl -sS -o /dev/null -w '%%{http_code}\n' http://$NOMAD_UPSTREAM_ADDR_page/; done"]
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
