job "x" {
  dynamic "group" {
    for_each = 5
    content {}
  }
  dynamic "group" {
    content {}
  }
  dynamic "grup" {
    for_each = ["a"]
    labels   = [grup.value]
    content {}
  }
  dynamic "group" {
    for_each = ["a"]
    labels   = [group.value]
    content {
      task "t" {
        driver = group.valeu
      }
    }
  }
  dynamic {}
}
