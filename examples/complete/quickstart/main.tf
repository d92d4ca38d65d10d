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
  type    = string
  default = "2026.05.1"
}

# Repeat a scan of datastore 101 on every release. An anomaly fails the apply.
resource "qualytics_run_rerun" "scan" {
  latest        = { operation_type = "scan", datastore = 101 }
  max_anomalies = 0
  triggers      = { release = var.release }
}
