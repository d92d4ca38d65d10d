terraform {
  required_version = ">= 1.0"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "datastore_ids" {
  description = "Datastores to scan again on every release."
  type        = set(number)
  default     = [101, 102]
}

variable "release" {
  description = "What is deployed: a version, a commit, or the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

resource "qualytics_run_rerun" "scan" {
  for_each = { for id in var.datastore_ids : tostring(id) => id }

  latest        = { operation_type = "scan", datastore = each.value }
  max_anomalies = 10
  triggers      = { release = var.release }
}

output "anomalies" {
  description = "Number of anomalies in this release, by datastore."
  value = {
    for scan in qualytics_run_rerun.scan : scan.datastore.name => scan.status["anomalies_identified"]
  }
}
