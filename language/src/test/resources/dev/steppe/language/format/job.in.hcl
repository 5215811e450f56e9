# a job
job   "web" {
type="service"
      datacenters    = [ "dc1","dc2" ]   # where
  priority = 50 # how urgent
	group "g" {
count=-1+2*3

      constraint { attribute = "${meta.class}" value = "raw" }
network {
mode="bridge"
port "http" {}
        port "admin" { to=8080 }
}
task "t" {
driver = "raw_exec"
config {
command="/bin/sh"
args = [
"-c",
"echo   ${ upper( "x" ) }",   // kept as it is
]
}
env = merge({A="1"},{
B = "2"
}, {
C = "3"
})
template {
data = <<-EOT
   kept   as = it is
     EOT
destination="local/x"
perms = "600"
}
meta {
a = var.list [ 0 ].name
bcd = !true&&false?1:var.x.*.y[*].z
e = [for k , v in var.m:k if v!=null ]
f={for k,v in var.m:k=>v...}
}
}
} /* the end
   of the group */
}


