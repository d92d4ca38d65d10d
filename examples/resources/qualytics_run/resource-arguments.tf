# Export the anomalies of a datastore without waiting for the export, and keep its record.
resource "qualytics_run" "export" {
  operation_type = "export"
  datastore      = 103
  settings       = { asset_type = "anomalies" }

  wait_for_completion = false
  delete_on_destroy   = false
}
