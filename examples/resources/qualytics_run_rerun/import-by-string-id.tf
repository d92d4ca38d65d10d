import {
  to = qualytics_run_rerun.scan
  id = "53388"
}

resource "qualytics_run_rerun" "scan" {
  run_id            = 53388
  delete_on_destroy = false
}
