job "pair-b" {
  group "g" {
    network {
      mode = "bridge"
    }
    service {
      name = "pair-b"
      port = "8000"
      connect {
        sidecar_service {
          proxy {
            upstreams {
              destination_name = "pair-a"
              local_bind_port  = 9090
            }
          }
        }
      }
    }
    task "pair-b" {
      driver = "exec"
      config {
        command = "/bin/sleep"
        args    = ["1000000"]
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
