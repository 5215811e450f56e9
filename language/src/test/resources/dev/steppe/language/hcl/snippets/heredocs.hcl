plain = <<EOT
first
  second ${server.name}
EOT
flush = <<-EOT
    four
      six

    ${server.name} and "quotes" and \n
  EOT
after = 1
directives = <<-EOT
  %{ for p in server.ports ~}
  port ${p}
  %{ endfor ~}
  end
  EOT
block {
  inner = <<-X
    X marks nothing here
    $${kept} %%{kept}
  X
}
list = [<<A
one
A
, "two"]
empty = <<EOT
EOT
stripped_in_its_line = <<-EOT
    %{~ if true ~}
      yes
    %{~ else ~}
      no
    %{~ endif ~}
    end
    EOT
stripped_with_the_line_before = <<EOT
a  
${~ "b" ~}
  c
EOT
