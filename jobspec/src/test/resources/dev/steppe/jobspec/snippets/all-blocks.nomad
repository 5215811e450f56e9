job "all" {
  type = "batch"
  ui {
    description = "What it is for"
    link {
      label = "runbook"
      url   = "https://example.com/runbook"
    }
  }
  periodic {
    crons            = ["*/15 * * * *"]
    prohibit_overlap = true
    time_zone        = "Europe/Zurich"
  }
  parameterized {
    payload       = "required"
    meta_required = ["key"]
  }
  multiregion {
    strategy {
      max_parallel = 1
      on_failure   = "fail_all"
    }
    region "north" {
      count       = 2
      datacenters = ["n1"]
      meta {
        a = "b"
      }
    }
  }
  secret "shared" {
    provider = "nomad"
    path     = "nomad/jobs/all"
  }

  group "g" {
    max_run_duration           = "1h"
    max_client_disconnect      = "5m"
    prevent_reschedule_on_lost = true
    consul {
      cluster   = "east"
      partition = "default"
    }
    scaling {
      min     = 1
      max     = 4
      enabled = false
      policy {
        cooldown = "1m"
        check "load" {
          source = "prometheus"
          strategy "target-value" {
            target = 70
          }
        }
      }
    }
    network {
      mode = "cni/mynet"
      cni {
        args = { IP = "10.0.0.9" }
      }
      port "metrics" {
        to               = 9100
        ignore_collision = false
      }
      reserved_ports "ssh" {
        static = 2222
      }
    }
    volume "data" {
      type            = "csi"
      source          = "data"
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
      mount_options {
        fs_type     = "ext4"
        mount_flags = ["noatime"]
      }
    }
    service {
      name                = "api"
      port                = "metrics"
      provider            = "consul"
      canary_tags         = ["canary"]
      enable_tag_override = true
      on_update           = "ignore"
      kind                = "api-gateway"
      canary_meta {
        a = "1"
      }
      tagged_addresses {
        lan = "10.0.0.1"
      }
      weights {
        passing = 2
      }
      identity {
        aud = ["consul.io"]
        ttl = "1h"
      }
      check {
        type                    = "grpc"
        interval                = "10s"
        timeout                 = "2s"
        grpc_service            = "health"
        tls_server_name         = "api"
        failures_before_warning = 1
        notes                   = "see the runbook"
        address_mode            = "alloc"
      }
      connect {
        sidecar_task {
          driver    = "docker"
          resources {
            cpu = 200
          }
          logs {
            max_files = 2
          }
        }
        sidecar_service {
          disable_default_tcp_check = true
          proxy {
            transparent_proxy {
              uid           = "101"
              outbound_port = 15001
              no_dns        = true
            }
            upstreams {
              destination_name     = "db"
              destination_type     = "prepared_query"
              local_bind_port      = 5432
              mesh_gateway {
                mode = "local"
              }
            }
          }
        }
      }
    }
    service {
      name = "door"
      connect {
        gateway {
          proxy {
            connect_timeout = "2s"
            envoy_gateway_bind_addresses "wan" {
              address = "0.0.0.0"
              port    = 8443
            }
          }
          ingress {
            tls {
              enabled = true
              sds {
                cluster_name = "sds"
              }
            }
            listener {
              port     = 8080
              protocol = "http"
              service {
                name  = "api"
                hosts = ["example.com"]
                request_headers {
                  add {
                    x = "y"
                  }
                  remove = ["z"]
                }
              }
            }
          }
        }
      }
    }
    task "t" {
      driver = "docker"
      kind   = "connect-proxy:x"
      consul {
        cluster = "default"
      }
      identity {
        env  = true
        file = true
      }
      identity {
        name = "vault"
        aud  = ["vault.io"]
        ttl  = "1h"
      }
      action "flush" {
        command = "/bin/flush"
        args    = ["-now"]
      }
      secret "own" {
        provider = "vault"
        path     = "kv/own"
        config {
          engine = "kv_v2"
        }
      }
      dispatch_payload {
        file = "input.json"
      }
      csi_plugin {
        id   = "nfs"
        type = "node"
      }
      schedule {
        cron {
          start    = "0 30 11 * * MON-FRI"
          end      = "0 21"
          timezone = "UTC"
        }
      }
      scaling "cpu" {
        max = 500
      }
      logs {
        enabled = false
      }
      resources {
        cores   = 2
        secrets = 5
        iops    = 10
        device "nvidia/gpu" {
          count = 2
          constraint {
            attribute = "${device.attr.memory}"
            operator  = ">="
            value     = "2 GiB"
          }
        }
        device "acme/fpga" {
          share = 0.46
        }
        numa {
          affinity = "require"
          devices  = ["nvidia/gpu"]
        }
      }
      restart {
        render_templates = true
      }
      template {
        source               = "local/in.tpl"
        destination          = "local/out"
        change_mode          = "script"
        error_on_missing_key = true
        once                 = true
        uid                  = 1000
        gid                  = 1000
        vault_grace          = "5m"
        change_script {
          command       = "/bin/reload"
          args          = ["a"]
          fail_on_error = true
        }
        wait {
          min = "2s"
          max = "10s"
        }
      }
      vault {
        role                   = "x"
        disable_file           = true
        allow_token_expiration = true
      }
      volume_mount {
        volume           = "data"
        destination      = "/data"
        propagation_mode = "bidirectional"
        selinux_label    = "Z"
      }
    }
  }
}
