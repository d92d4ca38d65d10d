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

# Scan again after each release, and fail the apply if the scan identifies an anomaly.
action "qualytics_run_rerun" "scan" {
  config {
    latest        = { operation_type = "scan", datastore = 101 }
    max_anomalies = 0
  }
}
