# An example of the mesh: a page that only its client may call, over mutual TLS that neither of them knows of.
#
#   steppe job run example.nomad.hcl
#   steppe intention create -deny client page      (and the client's log tells that it is refused)
job "example" {
  type = "service"

  group "page" {
    # A network namespace of its own: nobody reaches the port but through the proxy of the mesh.
    network {
      mode = "bridge"
    }

    # An identity for the service, and a proxy that lets in who may call it. The program listens on loopback.
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
            # The page is at 127.0.0.1:9000 for the tasks of this group, wherever it runs.
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
