terraform {
  required_version = ">= 1.14"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "older_than" {
  description = "Age at which the record of a Run is deleted. 2160h is 90 days."
  type        = string
  default     = "2160h"
}

data "qualytics_operations" "old" {
  finished       = true
  operation_type = "export"
  created_before = timeadd(plantimestamp(), "-${var.older_than}")
  sort_created   = "asc"
  limit          = 200
  fields         = ["id"]
}

# Delete the records, oldest first:
# terraform apply -invoke=action.qualytics_run_delete.old
action "qualytics_run_delete" "old" {
  for_each = toset([for id in data.qualytics_operations.old.ids : tostring(id)])

  config {
    run_id = tonumber(each.key)
  }
}
