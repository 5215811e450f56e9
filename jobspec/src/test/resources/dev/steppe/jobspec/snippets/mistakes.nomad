job "x" {
  datacenter = ["dc1"]
  periodic {
    cron = "@daily"
  }
  group "g" {
    count = "many"
    netwrk {
      mode = "bridge"
    }
    network = { mode = "bridge" }
    restart {
      interval = "5 minutes"
      delay    = 15
    }
    restart {}
    service {
      name = "a"
      tags = "one"
      check {
        type = "http"
      }
      connect {
        gateway {}
      }
    }
    task "t" {
      driver = docker
      env "x" {
        A = 1
      }
      config {
        args = [var.missing, "${vra.x}", uper("x")]
      }
      template {
        data = "x"
      }
      resources {
        cpu  = 1.5
        disk = 100
      }
    }
    task "t" {
      kill_timeout = 5
    }
    task {
      driver = "java"
    }
  }
  group "empty" {}
}
