variable "schema_version" {
  type    = string
  default = "2026.05.1"
}

# Scan again when the schema version changes, and fail the apply if the scan identifies an anomaly.
resource "qualytics_run_rerun" "scan" {
  latest = {
    operation_type = "scan"
    datastore      = 101
  }

  max_anomalies = 0

  triggers = {
    schema_version = var.schema_version
  }
}

output "scan" {
  value = {
    id        = qualytics_run_rerun.scan.id
    datastore = qualytics_run_rerun.scan.datastore.name
    result    = qualytics_run_rerun.scan.result
  }
}
