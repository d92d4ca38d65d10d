terraform {
  required_version = ">= 1.14"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "datastore_ids" {
  description = "Datastores to clean up."
  type        = list(number)
  default     = [101, 102, 103]
}

# Resume the profiles that failed, from where they stopped:
# terraform apply -invoke=action.qualytics_run_resume.failed_profiles
data "qualytics_operations" "failed_profiles" {
  operation_type = "profile"
  datastore      = var.datastore_ids
  result         = ["failure"]
}

action "qualytics_run_resume" "failed_profiles" {
  for_each = toset([for id in data.qualytics_operations.failed_profiles.ids : tostring(id)])

  config {
    run_id = tonumber(each.key)
  }
}

# Delete the records of exports that failed:
# terraform apply -invoke=action.qualytics_run_delete.failed_exports
data "qualytics_operations" "failed_exports" {
  operation_type = "export"
  datastore      = var.datastore_ids
  result         = ["failure"]
}

action "qualytics_run_delete" "failed_exports" {
  for_each = toset([for id in data.qualytics_operations.failed_exports.ids : tostring(id)])

  config {
    run_id = tonumber(each.key)
  }
}
