# The successful scans of the last week, on any datastore.
list "qualytics_run_rerun" "last_week" {
  provider = qualytics

  config {
    operation_type = "scan"
    result         = ["success"]
    created_after  = timeadd(plantimestamp(), "-168h")
  }
}
