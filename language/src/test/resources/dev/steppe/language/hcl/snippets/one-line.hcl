constraint { attribute = "${attr.class}" value = "raw" } # beyond HCL2
config { allow_privileged = false volumes { enabled = false } }
a { b = [1, 2] c = {d = 1} e "l1" l2 { f = true } g = -1 }
resources { cpu = 500 memory = 512 } next { x = 1 }
connect { sidecar_service {} } other = "same line"
client {
enabled = true
servers = ["a:4647", "b:4647"] # two
meta { workload_class = "raw" }
}
