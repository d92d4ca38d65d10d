terraform {
  required_version = ">= 1.5"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.1"
    }
  }
}

# The URL and the token come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

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
    sort_created   = "desc"
    limit          = 10
  }

  assert {
    condition = alltrue([
      for run in data.qualytics_operations.failed_scans.operations :
      timecmp(coalesce(run.end_time, run.created), timeadd(plantimestamp(), "-24h")) < 0
    ])
    error_message = "A scan failed in the last day. The latest failed scans: ${join(", ", data.qualytics_operations.failed_scans.ids)}."
  }
}
