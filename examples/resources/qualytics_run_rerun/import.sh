# Import a Run by its id.
terraform import qualytics_run_rerun.scan 53388
