output "scan" {
  description = "The scan of this release."
  value = {
    id               = qualytics_run_rerun.scan.id
    datastore        = qualytics_run_rerun.scan.datastore.name
    rerun_of         = qualytics_run_rerun.scan.run_id
    result           = qualytics_run_rerun.scan.result
    duration_seconds = qualytics_run_rerun.scan.duration_seconds
    anomalies        = qualytics_run_rerun.scan.status["anomalies_identified"]
    url              = qualytics_run_rerun.scan.url
  }
}
