job "java" {
  group "g" {
    network {
      port "http" {}
    }
    task "java" {
      driver = "java"
      config {
        class_path  = "/usr/lib/steppe/examples/example-programs.jar"
        class       = "dev.steppe.examples.CountApi"
        args        = ["--listen=127.0.0.1:${NOMAD_PORT_http}"]
        jvm_options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
      }
      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
