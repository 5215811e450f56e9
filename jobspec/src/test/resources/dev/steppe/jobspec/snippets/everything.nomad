variable "image" {
  type        = string
  description = "given from outside"
}
variable "count" {
  type    = number
  default = 2
  validation {
    condition     = var.count > 0
    error_message = "At least one."
  }
}
variables {
  suffix = "x"
}
locals {
  full  = "${local.short}-${var.suffix}"
  short = "web"
  ports = { http = 8080, admin = 9090 }
}

job "web" {
  region      = "global"
  namespace   = "apps"
  type        = "service"
  priority    = 60
  all_at_once = true
  datacenters = ["dc1", "dc*"]
  node_pool   = "default"
  meta = {
    owner = "team"
    level = 3
  }
  update {
    max_parallel = 2
    canary       = 1
  }
  reschedule {
    attempts = 3
    interval = "1h"
    delay    = "10s"
  }
  vault {
    role = "web"
  }
  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }
  affinity {
    attribute = "${node.datacenter}"
    value     = "dc1"
    weight    = -20
  }
  spread {
    attribute = "${node.datacenter}"
    weight    = 100
    target "dc1" {
      percent = 70
    }
    target "dc2" { percent = 30 }
  }

  group "web" {
    count = var.count
    constraint { distinct_hosts = true }
    constraint { distinct_hosts = false }
    constraint {
      attribute = "${attr.cpu.arch}"
      regexp    = "^(amd|arm)64$"
    }
    constraint {
      distinct_property = "${meta.rack}"
      value             = 2
    }
    constraint {
      attribute = "${attr.nomad.version}"
      operator  = "version"
      value     = ">= 1.2"
    }
    update {
      max_parallel = 3
      auto_revert  = true
    }
    restart {
      attempts = 5
    }
    ephemeral_disk {
      size   = 500
      sticky = true
    }
    network {
      mode     = "bridge"
      hostname = "web-${NOMAD_ALLOC_INDEX}"
      dns {
        servers = ["10.0.0.2"]
      }
      dynamic "port" {
        for_each = local.ports
        labels   = [port.key]
        content {
          to = port.value
        }
      }
      port "fixed" {
        static       = "443"
        host_network = "public"
      }
      mbits = 10
    }
    volume "data" {
      type      = "host"
      source    = "data"
      read_only = true
    }
    service {
      port = "http"
      tags = ["a", "${node.unique.name}"]
      meta { version = 1 }
      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"
        header {
          Accept = ["text/plain", "*/*"]
        }
        check_restart {
          limit = 3
          grace = "90s"
        }
      }
      connect {
        sidecar_service {
          tags = ["proxy"]
          proxy {
            local_service_port = 8080
            config {
              protocol = "http"
            }
            upstreams {
              destination_name = "db"
              local_bind_port  = 5432
            }
            upstreams {
              destination_name = "cache"
              local_bind_port  = 6379
              datacenter       = "dc2"
            }
          }
        }
      }
    }
    task "web" {
      driver       = "docker"
      user         = "nobody"
      leader       = true
      kill_timeout = "20s"
      kill_signal  = "SIGTERM"
      config {
        image      = var.image
        args       = ["-name", local.full, "-bind", "${NOMAD_IP_http}:${NOMAD_PORT_http}"]
        privileged = false
        labels {
          app   = "web"
          ratio = 0.5
        }
        mount {
          type = "bind"
        }
        mount {
          type   = "tmpfs"
          tmpfs_options { size = 1000 }
        }
        ulimit = { nofile = "1024" }
      }
      env {
        NAME     = "${local.full}"
        NODE     = "${node.unique.name}"
        PORT     = 80
        DEBUG    = true
        HOME_DIR = "${env["HOME"]}"
        OTHER    = "${NAME}/$${kept}"
      }
      restart { mode = "delay" }
      resources {
        cpu        = 500
        memory     = 256
        memory_max = 512
      }
      logs {
        max_files     = 3
        max_file_size = 5
      }
      lifecycle {
        hook    = "prestart"
        sidecar = true
      }
      artifact {
        source      = "https://example.com/app.tar.gz"
        destination = "local/app"
        options { checksum = "md5:d41d8cd98f00b204e9800998ecf8427e" }
      }
      template {
        destination   = "local/config"
        change_mode   = "signal"
        change_signal = "SIGHUP"
        perms         = "600"
        data          = <<-EOT
          {{ range service "db" }}{{ .Address }}{{ end }}
            home = ${HOME}
        EOT
      }
      volume_mount {
        volume      = "data"
        destination = "/data"
      }
    }
    task "main" {
      driver = "raw_exec"
      config { command = "/bin/true" }
    }
  }

  task "alone" {
    driver = "raw_exec"
    config = { command = "/bin/true" }
    resources {
      network {
        port "x" { static = 9999 }
      }
    }
  }
}
