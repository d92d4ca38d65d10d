terraform {
  required_version = ">= 1.5"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "datastore_ids" {
  description = "Datastores to watch."
  type        = list(number)
  default     = [101, 102, 103]
}

check "no_failed_scan_in_the_last_day" {
  data "qualytics_operations" "failed_scans" {
    operation_type = "scan"
    datastore      = var.datastore_ids
    result         = ["failure"]
    created_after  = timeadd(plantimestamp(), "-24h")
  }

  assert {
    condition     = length(data.qualytics_operations.failed_scans.ids) == 0
    error_message = "Scans of the last day failed: ${join(", ", data.qualytics_operations.failed_scans.ids)}."
  }
}
