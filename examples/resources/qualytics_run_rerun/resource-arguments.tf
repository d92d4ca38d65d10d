# Rerun an export without waiting for it, and keep its record.
resource "qualytics_run_rerun" "export" {
  latest = {
    operation_type = "export"
    datastore      = 103
    result         = ["success", "failure"]
  }

  wait_for_completion = false
  delete_on_destroy   = false
}

# Rerun a specific profile that may take a long time. A failure does not fail the apply.
resource "qualytics_run_rerun" "profile" {
  run_id  = 53385
  fail_on = []

  timeouts = {
    create = "3h"
    update = "3h"
  }
}
