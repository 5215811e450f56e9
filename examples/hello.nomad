# The smallest job worth running: a process, no network, no mesh. `./steppe job run examples/hello.nomad`
job "hello" {
  datacenters = ["dc1"]

  group "hello" {
    task "hello" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "while :; do echo \"hello from allocation $NOMAD_ALLOC_ID\"; sleep 5; done"]
      }

      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}
