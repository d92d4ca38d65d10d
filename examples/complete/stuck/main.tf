terraform {
  required_version = ">= 1.14"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "stuck_after" {
  description = "Age at which a Run that has not ended counts as stuck."
  type        = string
  default     = "6h"
}

data "qualytics_operations" "stuck" {
  finished       = false
  created_before = timeadd(plantimestamp(), "-${var.stuck_after}")
}

output "stuck" {
  description = "Stuck Runs, by id."
  value = {
    for run in data.qualytics_operations.stuck.operations :
    run.id => "${run.type} on ${run.datastore.name}, ${run.result} since ${coalesce(run.start_time, run.created)}"
  }
}

# Abort them, and wait until they have ended:
# terraform apply -invoke=action.qualytics_run_abort.stuck
action "qualytics_run_abort" "stuck" {
  for_each = toset([for id in data.qualytics_operations.stuck.ids : tostring(id)])

  config {
    run_id = tonumber(each.key)
  }
}
