# terraform apply -invoke=action.qualytics_run_delete.failed_export
action "qualytics_run_delete" "failed_export" {
  config {
    run_id = 53175
  }
}
