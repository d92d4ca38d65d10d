# A nightly export that nobody waits for, and whose record outlives the resource.
resource "qualytics_run_rerun" "export" {
  run_id              = 53391
  wait_for_completion = false
  delete_on_destroy   = false
}

# A profile that may take long, and whose failure is no reason to stop.
resource "qualytics_run_rerun" "profile" {
  run_id  = 53385
  fail_on = []

  timeouts = {
    create = "3h"
    update = "3h"
  }
}
