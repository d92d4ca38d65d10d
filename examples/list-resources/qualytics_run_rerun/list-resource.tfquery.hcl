# The successful scans of datastore 101, newest first.
list "qualytics_run_rerun" "scans" {
  provider = qualytics
  limit    = 10

  config {
    operation_type = "scan"
    datastore      = [101]
    result         = ["success"]
    sort_created   = "desc"
  }
}
