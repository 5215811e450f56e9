job "pair-a" {
  group "g" {
    network {
      mode = "bridge"
    }
    service {
      name = "pair-a"
      port = "7000"
      connect {
        sidecar_service {}
      }
      check {
        type     = "tcp"
        interval = "2s"
        timeout  = "2s"
      }
    }
    task "pair-a" {
      driver = "java"
      config {
        class_path  = "/usr/lib/steppe/examples/example-programs.jar"
        class       = "dev.steppe.examples.TranscodeEngine"
        args        = ["--listen=127.0.0.1:7000"]
        jvm_options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
      }
      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
