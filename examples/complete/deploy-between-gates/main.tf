terraform {
  required_version = ">= 1.14"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "release" {
  description = "What is deployed: a version, a commit, or the number of a schema migration."
  type        = string
  default     = "2026.05.1"
}

# Placeholder for the resource that deploys. The source is scanned before the load, and the target after it.
resource "terraform_data" "load" {
  input = var.release

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.qualytics_run_rerun.source]
    }

    action_trigger {
      events  = [after_create, after_update]
      actions = [action.qualytics_run_rerun.target]
    }
  }
}

action "qualytics_run_rerun" "source" {
  config {
    latest        = { operation_type = "scan", datastore = 101 }
    max_anomalies = 0
  }
}

action "qualytics_run_rerun" "target" {
  config {
    latest        = { operation_type = "scan", datastore = 102 }
    max_anomalies = 10
  }
}
