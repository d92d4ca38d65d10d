terraform {
  required_version = ">= 1.2"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

provider "qualytics" {}

data "qualytics_operations" "nightly_scans" {
  operation_type = "scan"
  datastore      = [101]
  schedule_id    = 12
  result         = ["success"]
  sort_created   = "desc"
  limit          = 1

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 1
      error_message = "The nightly schedule has no successful scan to rerun."
    }
  }
}

resource "qualytics_run_rerun" "scan" {
  run_id = data.qualytics_operations.nightly_scans.ids[0]

  triggers = {
    release = "2026.05.1"
  }

  lifecycle {
    # The latest scan changes every night. Only a new release reruns.
    ignore_changes = [run_id]
  }
}
