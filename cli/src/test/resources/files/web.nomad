job "transcode-api" {
  group "api" {}
}
