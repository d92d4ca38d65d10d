# A nightly export that nobody waits for, and whose record is kept.
resource "qualytics_run_rerun" "export" {
  latest = {
    operation_type = "export"
    datastore      = 103
    result         = ["success", "failure"]
  }

  wait_for_completion = false
  delete_on_destroy   = false
}

# A certain profile that may take long, and whose failure does not stop the apply.
resource "qualytics_run_rerun" "profile" {
  run_id  = 53385
  fail_on = []

  timeouts = {
    create = "3h"
    update = "3h"
  }
}
