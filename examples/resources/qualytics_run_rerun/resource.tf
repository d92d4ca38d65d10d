variable "schema_version" {
  type    = string
  default = "2026.05.1"
}

# Scans again whenever the schema version changes.
resource "qualytics_run_rerun" "scan" {
  run_id = 53388

  triggers = {
    schema_version = var.schema_version
  }
}

output "scan" {
  value = {
    id        = qualytics_run_rerun.scan.id
    result    = qualytics_run_rerun.scan.result
    anomalies = qualytics_run_rerun.scan.status["anomalies_identified"]
  }
}
