# Resume an aborted scan from where it stopped.
resource "qualytics_run_resume" "scan" {
  run_id = 53204
}
