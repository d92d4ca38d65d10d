# terraform apply -invoke=action.qualytics_run_resume.scan
action "qualytics_run_resume" "scan" {
  config {
    run_id = 53204
  }
}
