# Read by the installed service, with every other .hcl and .json file of this folder, in the order of their names.
# See /usr/share/doc/steppe/ for all keys; check a change with: steppe config validate /etc/steppe.d

data_dir = "/var/lib/steppe"

# One machine that is server and node at once.
server {
  enabled          = true
  bootstrap_expect = 1
}

client {
  enabled = true
}
