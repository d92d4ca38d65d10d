terraform {
  required_version = ">= 1.14"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.1"
    }
  }
}

# The URL and the token come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

variable "maintenance" {
  description = "Date of the last maintenance. Each new date is a reason for the actions."
  type        = string
  default     = "2026-05-01"
}

resource "terraform_data" "maintenance" {
  input = var.maintenance

  lifecycle {
    action_trigger {
      events = [after_create, after_update]
      actions = [
        action.qualytics_run_abort.stuck,
        action.qualytics_run_resume.failed,
      ]
    }
  }
}

# A profile that has been queued for too long.
action "qualytics_run_abort" "stuck" {
  config {
    run_id = 53393
  }
}

# A profile that lost its connection half way.
action "qualytics_run_resume" "failed" {
  config {
    run_id = 53345
  }
}

# Exports that failed are of no use to anybody. Delete their records with:
# terraform apply -invoke=action.qualytics_run_delete.failed_exports
data "qualytics_operations" "failed_exports" {
  operation_type = "export"
  datastore      = [103]
  result         = ["failure"]
}

action "qualytics_run_delete" "failed_exports" {
  for_each = toset([for id in data.qualytics_operations.failed_exports.ids : tostring(id)])

  config {
    run_id = tonumber(each.key)
  }
}
