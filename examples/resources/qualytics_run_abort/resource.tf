# Abort a profile that has been queued for too long.
resource "qualytics_run_abort" "profile" {
  run_id = 53393
}
