precedence      = 1 + 2 * 3 - 4 / 2
parentheses     = (1 + 2) * 3
left_to_right   = 10 - 3 - 2
remainder       = 17 % 5
negative        = -2 * -(3)
exact           = 0.1 + 0.2
large           = 123456789012345678901234567890 + 1
third           = floor(1 / 3 * 1000)
exponent        = 1.5e3
compare         = [1 < 2, 2 <= 2, 3 > 4, 4 >= 5, 1 == 1.0, "1" == 1, 1 != 2]
logic           = true && !false || false
and_binds       = true || true && false
from_text       = "5" + 1
conditional     = 1 > 2 ? "yes" : 3 > 2 ? "second" : "no"
name-with-dash  = 1
across_lines = (
  1 +
  2
)
zero      = 1 / 0
mixed     = "a" + 1
condition = "maybe" ? 1 : 2
