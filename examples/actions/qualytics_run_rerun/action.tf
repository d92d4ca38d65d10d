variable "release" {
  type    = string
  default = "2026.05.1"
}

resource "terraform_data" "release" {
  input = var.release

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.qualytics_run_rerun.scan]
    }
  }
}

# Scans again after each release.
action "qualytics_run_rerun" "scan" {
  config {
    run_id = 53388
  }
}
