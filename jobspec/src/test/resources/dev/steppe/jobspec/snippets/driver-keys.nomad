job "keys" {
  group "g" {
    task "raw" {
      driver = "raw_exec"
      config {
        comand             = "/bin/true"
        cgroup_v2_override = "mine.slice"
      }
    }
    task "java" {
      driver = "java"
      config {
        class       = "Main"
        classpath   = "local"
        jvm_options = ["${meta.heap}"]
      }
    }
    task "docker" {
      driver = "docker"
      config {
        image = "web"
        auth {
          usrname = "me"
        }
        mount {
          type     = "tmpfs"
          target   = "/tmp"
          readOnly = true
        }
        ulimits = { nofile = "1024" }
      }
    }
    task "other" {
      driver = "firecracker"
      config {
        kernell = "what this driver takes, its plug-in knows"
      }
    }
  }
}
