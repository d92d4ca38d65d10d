terraform {
  required_version = ">= 1.0"

  required_providers {
    qualytics = {
      source  = "qualytics/qualytics"
      version = "~> 0.2.0"
    }
  }
}

variable "commit" {
  description = "Commit that is deployed."
  type        = string
  default     = "4f1c2d9"
}

resource "qualytics_run_rerun" "scan" {
  latest        = { operation_type = "scan", datastore = 101 }
  max_anomalies = 0
  triggers      = { commit = var.commit }

  # Shorter than the pipeline's limit, so that Terraform ends and saves the state.
  timeouts = {
    create = "45m"
    update = "45m"
  }
}

output "scan_id" {
  value = qualytics_run_rerun.scan.id
}

output "scan_url" {
  value = qualytics_run_rerun.scan.url
}
