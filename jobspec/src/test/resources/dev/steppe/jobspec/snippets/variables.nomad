variable "none" {}
variable "kind" {
  type    = number
  default = "x"
}
variable "small" {
  default = 1
  validation {
    condition     = var.small > 5
    error_message = "Must be above five, is ${var.small}."
  }
}
variable "typo" {
  tpye = string
}
locals {
  a = local.b
  b = local.a
  c = "${var.smal}"
}
resource "x" {}
top = 1
job "x" {}
job "y" {}
