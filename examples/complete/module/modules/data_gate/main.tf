terraform {
  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "datastore_id" {
  description = "Datastore to scan."
  type        = number
}

variable "release" {
  description = "Changing this value scans the datastore again."
  type        = string
}

variable "max_anomalies" {
  description = "Maximum number of anomalies in a release that passes."
  type        = number
  default     = 0
}

resource "qualytics_run_rerun" "scan" {
  latest        = { operation_type = "scan", datastore = var.datastore_id }
  max_anomalies = var.max_anomalies
  triggers      = { release = var.release }
}

output "scan_id" {
  description = "Id of the scan that passed the release."
  value       = qualytics_run_rerun.scan.id
}
