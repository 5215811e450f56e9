a = <<EOT
some
text
 EOX
