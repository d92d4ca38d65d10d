terraform {
  required_version = ">= 1.16"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

# Resume a scan that was aborted. By itself, destroying the resource keeps the record of the Run.
resource "qualytics_run_resume" "scan" {
  run_id = 53204

  lifecycle {
    action_trigger {
      events  = [after_destroy]
      actions = [action.qualytics_run_delete.record]
    }
  }
}

# caller is the resource that triggers the action.
action "qualytics_run_delete" "record" {
  config {
    run_id = caller.id
  }
}
