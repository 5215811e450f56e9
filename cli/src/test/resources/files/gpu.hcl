node_pool "gpu" {
  description = "nodes with cards"

  meta {
    owner = "research"
  }
}
