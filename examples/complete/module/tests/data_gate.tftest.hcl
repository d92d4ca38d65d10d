# Requires no deployment: a mocked provider sends no requests.
mock_provider "qualytics" {
  mock_resource "qualytics_run_rerun" {
    defaults = {
      id     = 53407
      result = "success"
    }
  }
}

run "publishes_after_the_scan" {
  assert {
    condition     = terraform_data.publish.output == "published after scan 53407"
    error_message = "The release was not published after the scan."
  }
}

run "mocked_ids_of_lookups_are_accepted" {
  command = plan

  module {
    source = "./modules/data_gate"
  }

  variables {
    datastore_id = 0 # what a mocked data source returns
    release      = "2026.05.1"
  }
}
