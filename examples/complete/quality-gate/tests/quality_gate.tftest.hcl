run "a_release_is_profiled_and_scanned" {
  variables {
    release = "2026.05.1"
  }

  assert {
    condition     = qualytics_run_rerun.profile.result == "success"
    error_message = "The profile did not succeed."
  }

  assert {
    condition     = qualytics_run_rerun.scan.id != qualytics_run_rerun.scan.run_id
    error_message = "No new scan was started."
  }

  assert {
    condition     = terraform_data.publish.output == "2026.05.1"
    error_message = "The release was not published."
  }
}

# If a rerun were planned, the result would be unknown and the assertion would fail.
run "the_same_release_is_not_scanned_again" {
  command = plan

  variables {
    release = "2026.05.1"
  }

  assert {
    condition     = qualytics_run_rerun.scan.result == "success"
    error_message = "The plan includes another rerun."
  }
}
