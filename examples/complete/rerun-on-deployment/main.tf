resource "qualytics_run_rerun" "scan" {
  latest        = { operation_type = "scan", datastore = var.datastore_id }
  max_anomalies = 0
  triggers      = { release = var.release }
}
