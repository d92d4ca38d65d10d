terraform {
  required_version = ">= 1.2"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.1"
    }
  }
}

# The URL and the token come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

variable "datastore_id" {
  description = "Datastore to scan again after a deployment."
  type        = number
  default     = 101
}

variable "release" {
  description = "What is deployed: a version, a commit, the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

data "qualytics_operations" "latest_scan" {
  operation_type = "scan"
  datastore      = [var.datastore_id]
  result         = ["success"]
  sort_created   = "desc"
  limit          = 1

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 1
      error_message = "Datastore ${var.datastore_id} has no successful scan to rerun."
    }
  }
}

resource "qualytics_run_rerun" "scan" {
  run_id = data.qualytics_operations.latest_scan.ids[0]

  triggers = {
    release = var.release
  }

  lifecycle {
    # The latest scan changes from day to day. Only a release is a reason to rerun.
    ignore_changes = [run_id]
  }
}

output "scan" {
  description = "The scan of this release."
  value = {
    id               = qualytics_run_rerun.scan.id
    rerun_of         = qualytics_run_rerun.scan.run_id
    result           = qualytics_run_rerun.scan.result
    duration_seconds = qualytics_run_rerun.scan.duration_seconds
    records          = qualytics_run_rerun.scan.status["records_processed"]
    anomalies        = qualytics_run_rerun.scan.status["anomalies_identified"]
  }
}
