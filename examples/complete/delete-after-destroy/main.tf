terraform {
  required_version = ">= 1.16"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

# The URL and the token come from the environment: QUALYTICS_URL and QUALYTICS_TOKEN.
provider "qualytics" {}

# Placeholder for the target of an export. The record of the export is deleted after the target is destroyed.
resource "terraform_data" "environment" {
  lifecycle {
    action_trigger {
      events  = [after_destroy]
      actions = [action.qualytics_run_delete.export]
    }
  }
}

action "qualytics_run_delete" "export" {
  config {
    run_id = 53175
  }
}
