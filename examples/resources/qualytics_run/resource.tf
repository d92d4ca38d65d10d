# Scan two tables on every release. An anomaly in them fails the apply.
resource "qualytics_run" "scan" {
  operation_type = "scan"
  datastore      = 101
  settings       = { incremental = false, container_names = ["orders", "customers"] }
  max_anomalies  = 0

  triggers = {
    release = "2026.05.1"
  }
}
