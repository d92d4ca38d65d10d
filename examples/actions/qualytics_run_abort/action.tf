# terraform apply -invoke=action.qualytics_run_abort.profile
action "qualytics_run_abort" "profile" {
  config {
    run_id  = 53393
    timeout = "5m"
  }
}
