terraform {
  required_version = ">= 1.0"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "release" {
  description = "What is deployed: a version, a commit, or the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

# Repeat what the schedule 12 scans. Other scans of the datastore do not count.
resource "qualytics_run_rerun" "scan" {
  latest        = { operation_type = "scan", datastore = 101, schedule_id = 12 }
  max_anomalies = 0
  triggers      = { release = var.release }
}
