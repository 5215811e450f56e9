job "x" {
  group "y" {
    a = 1
