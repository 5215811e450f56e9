# An example job: a small web server with a health check. Change what you need and run it:
#
#   steppe job run example.nomad.hcl
#
# What every block and field means is in docs/job-specification.md; "steppe job validate" checks a file without running it.
job "example" {
  # A service runs until it is stopped. Others: batch (runs to its end), system and sysbatch (once on every fitting node).
  type = "service"

  # The nodes must meet this. Values in ${} are filled in where they are known: here, for each node.
  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }

  # When the job changes, one instance after the other is replaced; the next when the one before has been healthy this long.
  update {
    max_parallel     = 1
    min_healthy_time = "5s"
    healthy_deadline = "2m"
  }

  # Tasks of a group run together on one node. A group runs count times.
  group "web" {
    count = 1

    # A free port of the node. In the task it is ${NOMAD_PORT_http}; write static = 8080 for a port of your choice.
    network {
      port "http" {}
    }

    # What the catalog and DNS tell others: web.service.consul leads to the instances that are healthy.
    service {
      name = "web"
      port = "http"

      check {
        type     = "http"
        path     = "/"
        interval = "10s"
        timeout  = "2s"
      }
    }

    # A task that ends is started again: twice in half an hour, then the instance has failed and is placed anew.
    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

    task "server" {
      # raw_exec runs a program of the node, java a Java program, docker an image.
      driver = "raw_exec"

      config {
        command = "/usr/bin/env"
        args    = ["python3", "-m", "http.server", "--directory", "${NOMAD_TASK_DIR}", "${NOMAD_PORT_http}"]
      }

      env {
        PYTHONUNBUFFERED = "1"
      }

      # What the scheduler sets aside for it: MHz and MB.
      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
