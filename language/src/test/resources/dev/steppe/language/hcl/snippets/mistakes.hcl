job "x" {
  cpu 500
  list = [1, 2
  next = 1
}
other = = 2
"quoted" = 1
a = 1, b = 2
unit = 10s
text = 'single'
name = "open
good = 1
good = 2
bad.dots = 1
value =
group "a" "b" 5 {
  x = 1
}
escape = "\q"
label "${x}" {}
