list      = [for p in server.ports : p * 2]
index     = [for i, p in server.ports : "${i}:${p}"]
filtered  = [for p in server.ports : p if p > 100]
from_map  = [for k, v in {b = 1, a = 2} : "${k}${v}"]
object    = {for i, p in server.ports : "p${p}" => i}
grouped   = {for p in [1, 2, 3, 4] : p % 2 == 0 ? "even" : "odd" => p...}
multiline = [
  for s in servers :
  s.name
  if s.name != "beta"
]
splat     = servers[*].name
splat_in  = servers[*].ports[0]
legacy    = servers.*.ports.0
single    = server[*].name
no_value  = nothing[*].name
index_of  = server.ports[1]
key       = server["name"]
computed  = server[lower("NAME")]
call      = split(",", "a,b")[1]
expand    = max(server.ports...)
twice     = {for p in [1, 1] : "k" => p}
not_list  = [for x in 5 : x]
missing   = server.nmae
far       = server.ports[2]
unknown   = sevrer.name
