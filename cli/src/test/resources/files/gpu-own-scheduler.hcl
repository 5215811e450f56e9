node_pool "gpu" {
  scheduler_config {
    scheduler_algorithm = "spread"
  }
}
