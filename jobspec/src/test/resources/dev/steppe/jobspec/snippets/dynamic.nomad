locals {
  groups = {
    api    = { count = 2, ports = ["http", "admin"] }
    worker = { count = 1, ports = [] }
  }
}
job "generated" {
  dynamic "group" {
    for_each = local.groups
    iterator = each
    labels   = ["${each.key}-group"]
    content {
      count = each.value.count
      network {
        dynamic "port" {
          for_each = each.value.ports
          labels   = [port.value]
          content {
            to = 8000 + port.key
          }
        }
      }
      task "main" {
        driver = "raw_exec"
        env {
          GROUP = each.key
          LIST  = join(",", [for p in each.value.ports : upper(p)])
        }
        config {
          command = each.value.count > 1 ? "/bin/many" : "/bin/one"
        }
      }
    }
  }
}
