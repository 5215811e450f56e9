plugin "raw_exec" {
  config {
    enabled = true
  }
}

server {
  heartbeat_grace        = "10s" # times the machine's slowness
  failover_heartbeat_ttl = "60s" # times the machine's slowness
  default_scheduler_config {
    memory_oversubscription_enabled = true
  }
}
