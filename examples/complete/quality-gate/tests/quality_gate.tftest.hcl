run "a_release_is_scanned" {
  variables {
    release = "2026.05.1"
  }

  assert {
    condition     = qualytics_run_rerun.scan.result == "success"
    error_message = "The scan did not succeed."
  }

  assert {
    condition     = output.scan_id != var.run_id
    error_message = "No new Run was started."
  }
}

# A planned rerun would leave the result unknown, which fails the assertion, too.
run "the_same_release_is_not_scanned_again" {
  command = plan

  variables {
    release = "2026.05.1"
  }

  assert {
    condition     = qualytics_run_rerun.scan.result == "success"
    error_message = "Another Run is planned."
  }
}

run "anomalies_stop_a_release" {
  command = plan

  variables {
    release       = "2026.05.1"
    max_anomalies = -1
  }

  expect_failures = [qualytics_run_rerun.scan]
}
