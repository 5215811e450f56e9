job "x" {
  constraint {
    attribute = "${attr.kernel.name}"
    operator  = "regex"
    value     = "x"
  }
  constraint {
    value = "linux"
  }
  constraint {
    attribute = "${attr.kernel.name}"
    regexp    = "(linux"
  }
  constraint {
    attribute = "${attr.kernel.version}"
    version   = ">> 5"
  }
  constraint {
    attribute = "${attr.kernel.version}"
    semver    = "~> 5"
  }
  affinity {
    attribute      = "${meta.x}"
    distinct_hosts = true
  }
  constraint {
    regexp   = "a"
    semver   = "1"
  }
  group "g" {
    task "t" {
      driver = "raw_exec"
    }
  }
}
