# comments in
// three
/* kinds,
   this one over two lines */
text     = "a \"quoted\" line\n\ttab \\ back \u00e9 \U0001F600"
unicode  = "grüße, 世界"
größe    = 5
yes      = true
no       = false
none     = null
list     = [1, "two", true, null, [3], ]
multi    = [
  1, # one
  2,
]
object   = { a = 1, "b" = 2, c: 3, (upper("d")) = 4 }
lines    = {
  a = 1
  b = 2 # no comma needed

  c = { d = [1] }
}
empty    = [{}, []]
