# A group without a count begins with the least that scaling wants; one without a least has its count as such.
job "shop" {
  group "least" {
    scaling {
      min = 2
      max = 5
    }
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/true"
      }
    }
  }
  group "count" {
    count = 3
    scaling {
      max = 5
    }
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
